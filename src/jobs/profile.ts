import { join } from 'node:path'
import { SkyloopError } from '../core/errors.ts'
import { writeFileAtomic, writeJsonAtomic } from '../core/files.ts'
import { formatDuration } from '../core/units.ts'
import { profileSet } from '../data/profile/profile-set.ts'
import { htmlReport } from '../data/profile/report/html-report.ts'
import { textReport } from '../data/profile/report/text-report.ts'
import { folderSource } from '../data/profile/source/folder-source.ts'
import { type Container, openContainer, runJob } from './container.ts'
import { jobArguments, numberArgument } from './job-arguments.ts'

/**
 * Profiles a set of drone images; the job fails when more of them are unreadable than it was told to bear.
 *
 * In: `processing/input`, any folder of images, with YOLO labels or without. Out: `processing/profile/{profile.json,
 * profile.html, profile.txt}`, written in either case.
 *
 * Arguments (defaults): `--sample` (all) `--seed 0 --workers` (one a core) `--max-error-rate 1`.
 */
export async function run(args: string[]): Promise<number> {
  const container = openContainer(process.env)
  return runJob(container, () => profile(container, args))
}

async function profile(container: Container, args: readonly string[]): Promise<string> {
  const text = { type: 'string' } as const
  const values = jobArguments(args, { sample: text, seed: text, workers: text, 'max-error-rate': text })
  const whole = (name: 'sample' | 'seed' | 'workers', low: number, high: number): number | undefined =>
    values[name] === undefined ? undefined : Math.round(numberArgument(name, values[name], low, high))
  const maxErrorRate = numberArgument('max-error-rate', values['max-error-rate'] ?? '1', 0, 1)
  const source = await folderSource(container.processingDir('input'))
  const startedAt = performance.now()
  let reportedAt = startedAt
  const { profile: report } = await profileSet(source, {
    sample: whole('sample', 1, 1e9),
    seed: whole('seed', 0, 2 ** 32 - 1),
    threads: whole('workers', 1, 256),
    now: new Date(),
    onProgress: ({ done, total }) => {
      const now = performance.now()
      if (done < total && now - reportedAt < 2000) return
      reportedAt = now
      const left = ((now - startedAt) / done) * (total - done)
      console.log(`profiled ${done} of ${total} images${done < total ? `, about ${formatDuration(left)} left` : ''}`)
    },
  })
  const folder = container.processingDir('profile')
  await writeJsonAtomic(join(folder, 'profile.json'), report)
  await writeFileAtomic(join(folder, 'profile.html'), await htmlReport(report, source))
  const inWords = textReport(report)
  await writeFileAtomic(join(folder, 'profile.txt'), `${inWords}\n`)
  console.log(inWords)
  const { counts, recommendations } = report
  console.log(`profile_images=${counts.profiled} profile_error_rate=${counts.errorRate.toFixed(6)}`)
  if (counts.errorRate > maxErrorRate) {
    throw new SkyloopError({
      code: 'jobs.profile.error-rate',
      message: `${counts.unreadable} of ${counts.profiled} images cannot be read, a share of ${counts.errorRate.toFixed(4)}; borne are ${maxErrorRate}`,
      hint: 'profile.txt names them; fetch them again or delete them, or raise --max-error-rate',
    })
  }
  return `${counts.profiled} images profiled, ${counts.unreadable} unreadable; ${recommendations.length} recommendation(s)`
}
