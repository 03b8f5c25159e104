import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { integer } from '../../option-values.ts'
import { formatTable } from '../../terminal/table.ts'

interface Options {
  readonly repeat: number
}

interface ImageAnswer {
  readonly file: string
  readonly predictions: readonly { readonly class: string; readonly confidence: number }[]
  readonly elapsedMs: number
}

export const invoke = defineCommand<Options>({
  name: 'invoke',
  summary: 'send images to an endpoint and show what it sees',
  arguments: [
    ['<endpoint>', 'endpoint name'],
    ['<image...>', 'JPEG or PNG files'],
  ],
  options: [
    {
      flags: '--repeat <n>',
      description: 'send the set this often',
      default: 1,
      parse: integer('--repeat', 1, 10_000),
    },
  ],
  examples: [
    ['endpoint invoke skyloop-production frame.jpg', 'boxes with class and confidence, and the latency'],
    ['endpoint invoke skyloop-production frames/*.jpg --repeat 20 --json', 'for a latency test'],
  ],
  run: async (context, options, [endpoint, ...images]) => {
    const { invokeImage, summariseLatency } = await import('../../../deploy/invoke.ts')
    const { contentTypeOf } = await import('../../../data/s3/content-type.ts')
    for (const image of images) {
      if (!contentTypeOf(image).startsWith('image/')) {
        throw new UsageError({ code: 'cli.image', message: `${image} is neither .jpg, .jpeg nor .png` })
      }
    }
    const account = await context.account()
    const runtime = await account.clients.runtime()
    const answers: ImageAnswer[] = []
    const task = context.report.task(`invoking ${endpoint}`)
    try {
      for (let round = 0; round < options.repeat; round++) {
        for (const image of images) {
          context.signal.throwIfAborted()
          const bytes = await readFile(resolve(context.environment.workingFolder, image))
          const answer = await invokeImage(runtime, endpoint as string, bytes, contentTypeOf(image))
          answers.push({ file: image, ...answer })
          task.update(image, answers.length / (images.length * options.repeat))
        }
      }
    } catch (error) {
      task.fail()
      throw error
    }
    task.done(`${answers.length} images`)
    const latency = summariseLatency(answers.map((one) => one.elapsedMs))
    const rows = answers
      .slice(0, images.length)
      .map((one) => [
        one.file,
        String(one.predictions.length),
        `${one.elapsedMs.toFixed(1)} ms`,
        countClasses(one.predictions),
      ])
    return {
      value: { endpoint, latency, answers: answers.slice(0, images.length) },
      text: [
        formatTable(['image', 'boxes', 'latency', 'classes'], rows),
        '',
        `latency p50 ${latency.p50Ms.toFixed(1)} ms, p95 ${latency.p95Ms.toFixed(1)} ms over ${latency.count} calls`,
      ].join('\n'),
    }
  },
})

function countClasses(predictions: ImageAnswer['predictions']): string {
  const counts = new Map<string, number>()
  for (const one of predictions) counts.set(one.class, (counts.get(one.class) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
}
