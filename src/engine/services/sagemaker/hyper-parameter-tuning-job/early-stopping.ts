/**
 * The median rule: whether a job does so badly that it is not worth going on.
 *
 * A job is stopped when its best value so far is worse than the median, over jobs that ended before, of their running
 * averages up to the same point. AWS compares the latest value; the best one does not punish a metric that swings from
 * epoch to epoch.
 *
 * @param losses the job's values so far, less is better
 * @param earlier the values of each ended job, those stopped early included; those shorter than `losses` have no say
 * @source Golovin et al. 2017, Google Vizier, section 3.2.2
 */
export function isHopeless(losses: readonly number[], earlier: readonly (readonly number[])[]): boolean {
  const point = losses.length
  const averages = earlier
    .filter((values) => values.length >= point)
    .map((values) => values.slice(0, point).reduce((sum, value) => sum + value, 0) / point)
    .toSorted((a, b) => a - b)
  if (point === 0 || averages.length < FEWEST) return false
  const middle = averages.length / 2
  const median = ((averages[Math.ceil(middle) - 1] ?? 0) + (averages[Math.floor(middle)] ?? 0)) / 2
  return Math.min(...losses) > median
}

/** A median over fewer jobs says too little. */
const FEWEST = 3
