import { resolve } from 'node:path'
import { formatBytes } from '../../../core/units.ts'
import type { Comparison, SyncAction } from '../../../data/s3/sync.ts'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { integer } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts } from '../../terminal/table.ts'
import { showTransfer } from '../../terminal/transfer-progress.ts'
import { FILTER_OPTIONS, filterOf, type FilterValues } from './filter-options.ts'
import { s3Argument } from './uri-argument.ts'

interface Options extends FilterValues {
  readonly delete?: boolean
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly compare: Comparison
  readonly parallel: number
}

export const sync = defineCommand<Options>({
  name: 'sync',
  summary: 'make a prefix or folder hold what another holds',
  description:
    'Copies what differs: folder to S3, S3 to folder, or S3 to S3, where the bytes stay inside. Files are whole or not\n' +
    'there, each verified by checksum, so an interrupted sync is simply run again and goes on where it was, large files\n' +
    'by parts. Hidden files and symbolic links stay behind. A key that would lead outside the folder stops the sync.',
  arguments: [
    ['<source>', 'folder or s3://bucket/prefix'],
    ['<target>', 'folder or s3://bucket/prefix'],
  ],
  options: [
    ...FILTER_OPTIONS,
    {
      flags: '--compare <how>',
      description: 'what tells that a file of the same size is the same: its bytes, its time, or its size alone',
      choices: ['checksum', 'time', 'size'],
      default: 'checksum',
    },
    { flags: '--delete', description: 'afterwards delete what the source does not have; shows the plan unless --yes' },
    { flags: '--yes', description: 'really delete' },
    { flags: '--dry-run', description: 'print what would be done and do nothing' },
    {
      flags: '--parallel <n>',
      description: 'requests at a time',
      default: 16,
      parse: integer('--parallel', 1, 256),
    },
  ],
  examples: [
    ['s3 sync ./flights s3://my-bucket/raw', 'upload what is new'],
    ['s3 sync s3://my-bucket/raw ./flights --suffix .jpg --suffix .txt', 'download images and labels'],
    ['s3 sync s3://a/raw s3://b/raw --delete --dry-run', 'what a mirror would change'],
  ],
  run: async (context, options, [from = '', to = '']) => {
    const [source, target] = [from, to].map((place) =>
      place.startsWith('s3:') ? (s3Argument(place), place) : resolve(context.environment.workingFolder, place),
    ) as [string, string]
    const library = await import('../../../data/s3/sync.ts')
    const { keyFilter } = await import('../../../data/s3/key-filter.ts')
    const { printable } = await import('../../../data/s3/local-path.ts')
    const client = await (await context.account()).clients.s3()
    const plannedOnly = options.dryRun === true || (options.delete === true && options.yes !== true)
    const skipped = new Map<string, number>()
    const actions: SyncAction[] = []
    const report = await asTask(
      context.report,
      plannedOnly ? `comparing ${from} with ${to}` : `copying ${from} to ${to}`,
      (task) =>
        library.sync(client, source, target, {
          filter: keyFilter(filterOf(options)),
          compare: options.compare,
          removeOthers: options.delete === true,
          dryRun: plannedOnly,
          parallel: options.parallel,
          signal: context.signal,
          onSkipped: (_key, why) => void skipped.set(why, (skipped.get(why) ?? 0) + 1),
          onProgress: showTransfer(task),
          onAction: (action) => {
            if (!plannedOnly || action.kind === 'keep') return
            if (context.global.json === true) actions.push(action)
            else {
              context.print(
                `${action.kind.padEnd(6)}  ${formatBytes(action.sizeBytes).padStart(10)}  ${printable(action.key)}  (${action.why})`,
              )
            }
          },
        }),
      ({ copied, unchanged }) => `${copied} ${plannedOnly ? 'to copy' : 'copied'}, ${unchanged} unchanged`,
    )
    if (options.delete === true && options.dryRun !== true && options.yes !== true) {
      throw new UsageError({
        code: 'cli.confirm',
        message: `nothing was done: this would copy ${report.copied} and delete ${report.removed} in ${to}`,
        hint: 'add --yes if you mean it, or --dry-run to see it only',
      })
    }
    const leftOut = Object.fromEntries(skipped)
    return {
      value: { source: from, target: to, ...report, leftOut, ...(plannedOnly && { actions }) },
      text: formatFacts({
        files: report.files,
        size: formatBytes(report.sizeBytes),
        [plannedOnly ? 'to copy' : 'copied']: `${report.copied} (${formatBytes(report.copiedBytes)})`,
        unchanged: report.unchanged,
        [plannedOnly ? 'to delete' : 'deleted']: options.delete ? report.removed : undefined,
        'left out':
          Object.entries(leftOut)
            .map(([why, count]) => `${count} ${why}`)
            .join(', ') || undefined,
      }),
    }
  },
})
