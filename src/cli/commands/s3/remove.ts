import { formatBytes } from '../../../core/units.ts'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { asTask } from '../../terminal/reporter.ts'
import { FILTER_OPTIONS, filterOf, type FilterValues } from './filter-options.ts'
import { objectArgument, s3Argument } from './uri-argument.ts'

interface Options extends FilterValues {
  readonly recursive?: boolean
  readonly uploads?: boolean
  readonly yes?: boolean
}

export const remove = defineCommand<Options>({
  name: 'remove',
  summary: 'delete an object, or with --recursive all under a prefix',
  description: 'Counts first and says so; deletes only with --yes. What is deleted does not come back.',
  arguments: [['<s3-uri>', 's3://bucket/key, or s3://bucket/prefix with --recursive or --uploads']],
  options: [
    { flags: '--recursive', description: 'everything under the prefix that the filters choose' },
    { flags: '--uploads', description: 'multipart uploads under the prefix that were begun and never finished' },
    { flags: '--yes', description: 'really delete' },
    ...FILTER_OPTIONS,
  ],
  examples: [
    ['s3 remove s3://my-bucket/raw/old.jpg --yes', 'one object'],
    ['s3 remove s3://my-bucket/tmp --recursive --suffix .part', 'how many that would be'],
    ['s3 remove s3://my-bucket --uploads --yes', 'what interrupted programs have left'],
  ],
  run: async (context, options, [uri = '']) => {
    const { bucket } = s3Argument(uri)
    if (options.recursive !== true && options.uploads !== true) objectArgument(uri)
    const library = await import('../../../data/s3/remove-prefix.ts')
    const { keyFilter } = await import('../../../data/s3/key-filter.ts')
    const { openTransfer } = await import('../../../data/s3/transfer.ts')
    const client = await (await context.account()).clients.s3()
    const what = {
      uri,
      what: options.uploads ? ('uploads' as const) : options.recursive ? ('prefix' as const) : ('object' as const),
      filter: keyFilter(filterOf(options)),
    }
    const transfer = openTransfer(client, { signal: context.signal })
    const found = await library.countRemovable(transfer, what)
    const described = `${found.count} ${options.uploads ? 'unfinished uploads' : 'objects'} (${formatBytes(found.sizeBytes)})`
    if (options.yes !== true) {
      throw new UsageError({
        code: 'cli.confirm',
        message: `this deletes ${described} in s3://${bucket}`,
        hint: 'add --yes if you mean it',
      })
    }
    const removed = await asTask(context.report, `deleting ${described}`, (task) =>
      library.remove(transfer, what, (done) => task.update(`${done}/${found.count}`, done / Math.max(1, found.count))),
    )
    return { value: { uri, removed }, text: `${removed} deleted` }
  },
})
