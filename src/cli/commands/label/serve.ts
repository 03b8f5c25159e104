import { messageOf } from '../../../core/errors.ts'
import type { WrittenOutput } from '../../../label/tasks/write-output.ts'
import { defineCommand, type Context } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import type { OpenedWork, WorkOptions } from '../../labelling/open-work.ts'
import { decimal, integer } from '../../option-values.ts'
import { formatFacts } from '../../terminal/table.ts'

interface Options extends WorkOptions {
  readonly worker?: readonly string[]
  readonly model?: string
  readonly endpoint?: string
  readonly conf: number
  readonly port: number
  readonly open?: boolean
  readonly untilDone?: boolean
}

const POLL_MS = 500

export const serve = defineCommand<Options>({
  name: 'serve',
  summary: 'the labelling page in your browser',
  description:
    'Serves the labelling page on 127.0.0.1 and prints an address for each worker, until Ctrl-C. The tasks are those of a\n' +
    'labeling job (--job), or the images of a manifest in S3 without any job (--manifest and --labels). Several people may\n' +
    'serve the same manifest at a time; answers, drafts and claims are kept below --out, and all work goes on there when\n' +
    '--manifest and --labels are left out. When nothing is left, the consolidated output manifest is written.\n' +
    'With a model, boxes are proposed, and the images that teach it most come first.',
  options: [
    { flags: '--job <name>', description: 'labeling job whose tasks are served' },
    { flags: '--manifest <s3-uri>', description: 'input manifest: one {"source-ref": "s3://…"} a line' },
    { flags: '--out <s3-uri>', description: 'where work on a manifest is kept (default: beside it, with -labels)' },
    { flags: '--labels <names>', description: 'classes, e.g. car,truck', parse: names('--labels') },
    { flags: '--title <text>', description: 'what the page is headed' },
    { flags: '--instructions <text>', description: 'guidelines, or @file with them' },
    {
      flags: '--per-image <n>',
      description: 'workers for each image (default: 1)',
      parse: integer('--per-image', 1, 9),
    },
    {
      flags: '--time-limit <s>',
      description: 'seconds a worker may keep an image to themselves (default: 3600)',
      parse: integer('--time-limit', 30, 604_800),
    },
    { flags: '--attribute <name>', description: 'name of the label in the output (default: labels)' },
    {
      flags: '--adjust <attribute>',
      description: 'show the boxes that the manifest has under this name, to correct them',
    },
    { flags: '--worker <name>', description: 'who labels; may be repeated (default: worker-1)', parse: collect },
    { flags: '--model <file>', description: 'ONNX file, or folder of a training, that proposes boxes' },
    { flags: '--endpoint <name>', description: 'endpoint that proposes boxes' },
    {
      flags: '--conf <0-1>',
      description: 'least confidence of a proposed box',
      default: 0.25,
      parse: decimal('--conf', 0.05, 1),
    },
    {
      flags: '--port <number>',
      description: 'port on 127.0.0.1; 0: a free one',
      default: 0,
      parse: integer('--port', 0, 65_535),
    },
    { flags: '--open', description: 'open the page of the first worker in your browser' },
    { flags: '--until-done', description: 'end when nothing is left for these workers' },
  ],
  examples: [
    ['label serve --job flight-7 --worker ana --open', 'label the tasks of a job'],
    ['label serve --manifest s3://my-bucket/flights.manifest --labels car,truck', 'label images without a job'],
    ['label serve --out s3://my-bucket/flights-labels --model best.onnx', 'go on with it, boxes proposed by a model'],
  ],
  run: async (context, options) => {
    const workers = options.worker ?? ['worker-1']
    const { checkWorker } = await import('../../../label/tasks/stored-answers.ts')
    for (const worker of workers) checkWorker(worker)
    const { openLabellingWork } = await import('../../labelling/open-work.ts')
    const work = await openLabellingWork(context, options)
    const done = await serveWork(context, options, work, workers)
    const output = await finished(context, work)
    return {
      value: { work: work.name, workers: done, ...(output ? { output } : {}) },
      text: formatFacts({
        work: work.name,
        answered: done.map(({ worker, answered }) => `${answered} by ${worker}`).join(', '),
        ...(output && {
          output: output.uri,
          labelled: `${output.labelled} of ${output.images} images, ${output.boxes} boxes`,
          outvoted: output.outvoted > 0 ? `${output.outvoted} boxes` : undefined,
          unfinished: output.unfinished > 0 ? `${output.unfinished} images` : undefined,
        }),
      }),
    }
  },
})

async function serveWork(
  context: Context,
  options: Options,
  work: OpenedWork,
  workers: readonly string[],
): Promise<{ worker: string; answered: number; skipped: number }[]> {
  const { source } = work
  const { openProposer } = await import('../../labelling/propose.ts')
  const { createScout } = await import('../../../label/assist/scout.ts')
  const { createLabelServer } = await import('../../../label/serve/label-server.ts')
  await using proposer = await openProposer(context, options)
  await using scout =
    proposer &&
    createScout({
      ...proposer,
      showFrom: options.conf,
      labels: source.about.labels,
      image: (objectId) => source.image(objectId),
      onUnknownClass: (label) =>
        context.report.warn(`the model finds "${label}", which is no label of this work: left out`),
      onError: (objectId, why) => context.report.warn(`no proposals for image ${objectId}: ${why}`),
    })
  const nothingLeft = new Set<string>()
  await using server = await createLabelServer({
    source,
    workers,
    port: options.port,
    nowMs: Date.now,
    ...(scout ? { adviser: scout } : {}),
    ...(work.quality ? { quality: work.quality } : {}),
    onNothingLeft: async (worker) => {
      if (nothingLeft.has(worker)) return
      nothingLeft.add(worker)
      await work.finish?.()
    },
    onError: (error) => context.report.warn(messageOf(error)),
  })
  const lines = server.addresses.map(({ worker, url }) => `  ${worker}  ${url}`)
  context.report.note(`${source.about.title}\n${lines.join('\n')}\n\nCtrl-C ends it; everything is kept.`)
  scout?.look((await source.list(workers[0] as string)).filter(({ state }) => state === 'open' || state === 'mine'))
  if (options.open) {
    const { openBrowser } = await import('../../labelling/open-browser.ts')
    const why = await openBrowser(server.addresses[0]?.url ?? '')
    if (why !== undefined) context.report.warn(`no browser was opened (${why}): open the address yourself`)
  }
  await aborted(context.signal, () => options.untilDone === true && workers.every((worker) => nothingLeft.has(worker)))
  return Promise.all(
    workers.map(async (worker) => {
      const summaries = await source.list(worker)
      const count = (state: string): number => summaries.filter((one) => one.state === state).length
      return { worker, answered: count('answered'), skipped: count('skipped') }
    }),
  )
}

async function finished(context: Context, work: OpenedWork): Promise<WrittenOutput | undefined> {
  if (!work.finish) return undefined
  const output = await work.finish()
  if (output.unfinished > 0) {
    context.report.note(
      `${output.unfinished} of ${output.images} images have too few answers yet; run the command again to go on`,
    )
  }
  return output
}

function aborted(signal: AbortSignal, isDone: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!signal.aborted && !isDone()) return
      clearInterval(timer)
      resolve()
    }, POLL_MS)
  })
}

function collect(text: string, previous: unknown): readonly string[] {
  return [...((previous as readonly string[] | undefined) ?? []), text]
}

/** Names parted by commas. @throws UsageError `cli.option` for none, or one given twice */
function names(option: string): (text: string) => readonly string[] {
  return (text) => {
    const given = text.split(',').map((name) => name.trim())
    if (
      given.some((name) => name === '') ||
      new Set(given).size < given.length ||
      given.some((name) => name.length > 127)
    ) {
      throw new UsageError({
        code: 'cli.option',
        message: `${option} is different names parted by commas, e.g. car,truck, not "${text}"`,
      })
    }
    return given
  }
}
