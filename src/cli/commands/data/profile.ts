import { join, resolve } from 'node:path'
import { writeFileAtomic, writeJsonAtomic } from '../../../core/files.ts'
import { formatDuration } from '../../../core/units.ts'
import type { SetSource } from '../../../data/profile/source/set-source.ts'
import { defineCommand, type Context } from '../../command.ts'
import { EXIT } from '../../failure.ts'
import { decimal, integer } from '../../option-values.ts'

interface Options {
  readonly sample?: number
  readonly seed: number
  readonly workers?: number
  readonly html?: string
  readonly save?: string
  /** A folder; false with `--no-cache`; true when neither option is given. */
  readonly cache: string | boolean
  readonly maxErrorRate?: number
}

export const profile = defineCommand<Options>({
  name: 'profile',
  summary: 'measure every image of a set and say what to do about it',
  description:
    'Measures exposure, sharpness, noise and more of every image, reads camera, place, height and ground sample\n' +
    'distance, and looks at the set as a whole: outliers, near duplicates, corrupt files, flights, labels. Then says\n' +
    'what to do, naming the images. Corrupt files are rows of the report, not failures. Earlier results are kept under\n' +
    'the state folder by content, so a second run reads only what is new.',
  arguments: [['<set>', 'folder, or s3://bucket/prefix']],
  options: [
    {
      flags: '--sample <n>',
      description: 'read that many images, chosen fairly (default: all)',
      parse: integer('--sample', 1),
    },
    {
      flags: '--seed <n>',
      description: 'chooses the sample',
      default: 0,
      parse: integer('--seed', 0, 2 ** 32 - 1),
    },
    {
      flags: '--workers <n>',
      description: 'threads that decode (default: one a core)',
      parse: integer('--workers', 1, 256),
    },
    { flags: '--html <file>', description: 'also write the report as one page with plots, a map and thumbnails' },
    { flags: '--save <file>', description: 'also write the report as JSON' },
    { flags: '--cache <folder>', description: 'where earlier results are kept (default: in the state folder)' },
    { flags: '--no-cache', description: 'read every image anew' },
    {
      flags: '--max-error-rate <0-1>',
      description: 'exit code 1 when a larger share of the images cannot be read',
      parse: decimal('--max-error-rate', 0, 1),
    },
  ],
  examples: [
    ['data profile ./flights --html report.html', 'the report in the terminal and as a page'],
    ['data profile s3://my-bucket/raw --sample 500 --profile work', 'a fair sample of a bucket on AWS'],
    ['data profile ./flights --json --max-error-rate 0.01', 'for a script: fails when more than 1 % is corrupt'],
  ],
  run: async (context, options, [given = '']) => {
    const { profileSet } = await import('../../../data/profile/profile-set.ts')
    const { textReport } = await import('../../../data/profile/report/text-report.ts')
    const { workingFolder } = context.environment
    const source = await openSource(context, given)
    const cacheFile = cacheFileOf(context, options.cache)
    const task = context.report.task(`profiling ${given}`)
    const startedAt = performance.now()
    try {
      const { profile: report, fromCache } = await profileSet(source, {
        sample: options.sample,
        seed: options.seed,
        threads: options.workers,
        cacheFile,
        signal: context.signal,
        now: new Date(),
        onListing: (images) => task.update(`${images} images found`),
        onProgress: ({ done, total, fromCache: known }) =>
          task.update(describeProgress(done, total, known, performance.now() - startedAt), done / total),
      })
      if (options.html !== undefined) {
        const { htmlReport } = await import('../../../data/profile/report/html-report.ts')
        task.update('writing the page')
        await writeFileAtomic(resolve(workingFolder, options.html), await htmlReport(report, source, context.signal))
      }
      if (options.save !== undefined) await writeJsonAtomic(resolve(workingFolder, options.save), report)
      const { counts } = report
      task.done(`${counts.profiled} images, ${fromCache} of them known`)
      const written = [options.html, options.save].filter((file) => file !== undefined)
      const tooMany = options.maxErrorRate !== undefined && counts.errorRate > options.maxErrorRate
      return {
        value: report,
        text: [textReport(report), ...(written.length > 0 ? [`written: ${written.join(', ')}`] : [])].join('\n\n'),
        exitCode: tooMany ? EXIT.user : EXIT.ok,
      }
    } catch (error) {
      task.fail()
      throw error
    }
  },
})

async function openSource(context: Context, given: string): Promise<SetSource> {
  if (given.startsWith('s3://')) {
    const { s3Source } = await import('../../../data/profile/source/s3-source.ts')
    return s3Source(await (await context.account()).clients.s3(), given)
  }
  const { folderSource } = await import('../../../data/profile/source/folder-source.ts')
  return folderSource(resolve(context.environment.workingFolder, given))
}

function cacheFileOf({ environment }: Context, cache: string | boolean): string | undefined {
  if (cache === false) return undefined
  const folder =
    typeof cache === 'string' ? resolve(environment.workingFolder, cache) : join(environment.home, 'cache', 'profile')
  return join(folder, 'profiles.db')
}

/** Known images take no time, so what is left is judged by those that were measured. */
function describeProgress(done: number, total: number, known: number, elapsedMs: number): string {
  const measured = done - known
  const counted = `${done}/${total} images`
  if (measured === 0 || elapsedMs < 1000) return counted
  const perSecond = measured / (elapsedMs / 1000)
  const left = total - done
  return `${counted}, ${perSecond.toFixed(1)}/s${left > 0 ? `, about ${formatDuration((left / perSecond) * 1000)} left` : ''}`
}
