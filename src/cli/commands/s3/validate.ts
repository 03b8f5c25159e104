import { resolve } from 'node:path'
import type { Level, ValidationReport } from '../../../data/s3/validate/validate-place.ts'
import { formatBytes } from '../../../core/units.ts'
import { defineCommand } from '../../command.ts'
import { integer } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts } from '../../terminal/table.ts'
import { FILTER_OPTIONS, filterOf, type FilterValues } from './filter-options.ts'
import { s3Argument } from './uri-argument.ts'

interface Options extends FilterValues {
  readonly level: Level
  readonly strict?: boolean
  readonly parallel: number
}

export const validate = defineCommand<Options>({
  name: 'validate',
  summary: 'look through a prefix or folder of images and labels for what is wrong',
  description:
    'Finds images without labels and labels without images, empty and corrupt files, endings that lie, label lines that\n' +
    'would be lost, equal names and equal pictures, keys that cannot be files. Exit code 1 when there are errors.',
  arguments: [['<place>', 's3://bucket/prefix or a folder']],
  options: [
    {
      flags: '--level <level>',
      description: 'names: the listing alone; headers: also first bytes and labels; full: decode every image',
      choices: ['names', 'headers', 'full'],
      default: 'full',
    },
    { flags: '--strict', description: 'exit code 1 for warnings as well' },
    {
      flags: '--parallel <n>',
      description: 'objects read at a time',
      default: 8,
      parse: integer('--parallel', 1, 256),
    },
    ...FILTER_OPTIONS,
  ],
  examples: [
    ['s3 validate s3://my-bucket/raw', 'everything, every image decoded'],
    ['s3 validate s3://my-bucket/raw --level names --json', 'a million keys in a minute'],
  ],
  run: async (context, options, [given = '']) => {
    const isS3 = given.startsWith('s3:')
    if (isS3) s3Argument(given)
    const { folderPlace, prefixPlace } = await import('../../../data/s3/validate/place.ts')
    const { validatePlace } = await import('../../../data/s3/validate/validate-place.ts')
    const { keyFilter } = await import('../../../data/s3/key-filter.ts')
    const { FINDINGS } = await import('../../../data/s3/validate/finding.ts')
    const place = isS3
      ? prefixPlace(await (await context.account()).clients.s3(), given, context.signal)
      : await folderPlace(resolve(context.environment.workingFolder, given))
    const report = await asTask(
      context.report,
      `looking through ${given}`,
      (task) =>
        validatePlace(place, {
          level: options.level,
          filter: keyFilter(filterOf(options)),
          parallel: options.parallel,
          signal: context.signal,
          onProgress: (stage, done, total) =>
            task.update(`${done}${total === undefined ? '' : `/${total}`} ${stage}`, total && done / total),
        }),
      ({ errors, warnings }) => `${errors} errors, ${warnings} warnings`,
    )
    const isBad = report.errors > 0 || (options.strict === true && report.warnings > 0)
    return { value: { ...report, place: given }, text: describe(report, FINDINGS), exitCode: isBad ? 1 : 0 }
  },
})

/** So many of each kind are shown to a person; `--json` has more. */
const SHOWN = 5

function describe(
  report: ValidationReport,
  kinds: Readonly<Record<string, { severity: string; says: string; next: string }>>,
): string {
  const head = formatFacts({
    images: report.images,
    labels: report.labels,
    classes: report.classes,
    'other files': report.others,
    size: formatBytes(report.sizeBytes),
    errors: report.errors,
    warnings: report.warnings,
  })
  const sections = Object.entries(report.counts)
    .toSorted(([a], [b]) => (kinds[a]?.severity ?? '').localeCompare(kinds[b]?.severity ?? ''))
    .map(([kind, count]) => {
      const { severity, says, next } = kinds[kind] ?? { severity: '', says: '', next: '' }
      const named = report.findings.filter((finding) => finding.kind === kind).slice(0, SHOWN)
      const lines = named.map(({ key, detail }) => `  ${JSON.stringify(key).slice(1, -1)} ${says}: ${detail}`)
      const more = count > named.length ? [`  and ${count - named.length} more`] : []
      return [`${severity} ${kind}: ${count}`, ...lines, ...more, `  next: ${next}`].join('\n')
    })
  return [head, ...sections].join('\n\n')
}
