import { basename } from 'node:path'
import { UsageError } from '../failure.ts'

/** What a data scientist may run begins with this, by the product's policies. */
const PREFIX = 'experiment-'

/** Longest name of a training job, and of a tuning job, whose training jobs have a number and a hash behind it. */
const LENGTHS = { training: 63, tuning: 32 } as const

/**
 * The job's name for what a person calls an experiment.
 *
 * @param given `--name`; with or without the prefix
 * @param data what it trains on; gives the name when there is none, with a few random characters
 * @throws UsageError `cli.option` when the name given cannot be a job's
 */
export function experimentName(
  kind: keyof typeof LENGTHS,
  given: string | undefined,
  data: string,
  random: string,
): string {
  const room = LENGTHS[kind] - PREFIX.length
  if (given === undefined) {
    const stem = slug(basename(data.replace(/\/+$/, ''))).slice(0, room - random.length - 1)
    return `${PREFIX}${stem === '' ? 'data' : stem.replace(/-+$/, '')}-${random}`
  }
  const name = given.startsWith(PREFIX) ? given.slice(PREFIX.length) : given
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(name) || name.length > room) {
    throw new UsageError({
      code: 'cli.option',
      message: `--name "${given}" must be 1 to ${room} letters, digits and inner hyphens`,
    })
  }
  return PREFIX + name
}

/** A job as a person may name it: the prefix is optional. */
export const jobNameOf = (given: string): string => (given.startsWith(PREFIX) ? given : PREFIX + given)

/** What a person calls it. */
export const shortName = (job: string): string => (job.startsWith(PREFIX) ? job.slice(PREFIX.length) : job)

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
}
