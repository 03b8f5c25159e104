import { join, resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { describeResult } from './run.ts'

interface Options {
  readonly open?: string
}

export const report = defineCommand<Options>({
  name: 'report',
  summary: 'show the newest monitoring result of an endpoint',
  arguments: [['<endpoint>', 'endpoint name']],
  options: [{ flags: '--open <folder>', description: 'copy report.html and the JSON files there' }],
  examples: [
    ['monitor report skyloop-production', 'violations of the newest run'],
    ['monitor report skyloop-production --open ./report', 'with the page to look at'],
  ],
  run: async (context, options, [endpoint]) => {
    const { latestMonitoring } = await import('../../monitoring.ts')
    const account = await context.account()
    const result = await latestMonitoring(account, endpoint as string)
    let files: string[] = []
    if (options.open !== undefined) {
      const { downloadPrefix } = await import('../../../data/s3/download-prefix.ts')
      const folder = resolve(context.environment.workingFolder, options.open)
      files = await downloadPrefix(await account.clients.s3(), result.resultUri, folder)
      context.report.note(`open ${join(folder, 'report.html')}`)
    }
    return { value: { ...result, files }, text: describeResult(result) }
  },
})
