import { resolve } from 'node:path'
import { formatBytes } from '../../../core/units.ts'
import type { ManifestKind } from '../../../data/s3/manifest.ts'
import { defineCommand } from '../../command.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts } from '../../terminal/table.ts'
import { FILTER_OPTIONS, filterOf, type FilterValues } from './filter-options.ts'
import { objectArgument, s3Argument } from './uri-argument.ts'

interface Options extends FilterValues {
  readonly kind: ManifestKind
}

export const manifest = defineCommand<Options>({
  name: 'manifest',
  summary: 'write a manifest of what lies under a prefix',
  description:
    's3: names objects for a channel or input of type ManifestFile. ground-truth: one image a line for a labelling job.\n' +
    'The manifest appears whole or not at all, and never names itself.',
  arguments: [
    ['<source>', 's3://bucket/prefix'],
    ['<target>', 's3://bucket/key or a file'],
  ],
  options: [
    { flags: '--kind <kind>', description: 'what reads it', choices: ['s3', 'ground-truth'], default: 's3' },
    ...FILTER_OPTIONS,
  ],
  examples: [
    ['s3 manifest s3://my-bucket/raw s3://my-bucket/lists/raw.manifest --since 7d', 'the input of a job'],
    ['s3 manifest s3://my-bucket/raw images.manifest --kind ground-truth', 'the input of a labelling job'],
  ],
  run: async (context, options, [source = '', given = '']) => {
    s3Argument(source)
    const isS3 = given.startsWith('s3:')
    if (isS3) objectArgument(given)
    const target = isS3 ? given : resolve(context.environment.workingFolder, given)
    const { writeManifest } = await import('../../../data/s3/manifest.ts')
    const { keyFilter } = await import('../../../data/s3/key-filter.ts')
    const { openTransfer } = await import('../../../data/s3/transfer.ts')
    const client = await (await context.account()).clients.s3()
    const report = await asTask(context.report, `writing ${target}`, () =>
      writeManifest(
        openTransfer(client, { signal: context.signal }),
        source,
        target,
        options.kind,
        keyFilter(filterOf(options)),
      ),
    )
    const others = Object.entries(report.leftOut).map(([why, count]) => `${count} (${why})`)
    return {
      value: report,
      text: formatFacts({
        manifest: target,
        objects: report.objects,
        size: formatBytes(report.sizeBytes),
        'left out': others.join(', ') || undefined,
      }),
    }
  },
})
