import type { TuningJobRecord } from './record.ts'
import { bestTrial, lossOf, notImproving } from './trials.ts'
import type { Trial } from './trials.ts'

/** Failures in a row, from the first job on, after which the definition is at fault rather than a combination. */
const HOPELESS_FAILURES = 5

/** Why a tuning job that began all its training jobs or none needs no more of them; undefined while it does. */
export function whyEnough(job: TuningJobRecord, trials: readonly Trial[], now: Date): string | undefined {
  const { TuningJobCompletionCriteria: criteria, ResourceLimits } = job.request.HyperParameterTuningJobConfig
  const target = criteria?.TargetObjectiveMetricValue
  const best = bestTrial(job, trials)?.value
  if (target !== undefined && best !== undefined && lossOf(job, best) <= lossOf(job, target)) {
    return `the objective reached ${best}, and ${target} was wanted`
  }
  const patience = criteria?.BestObjectiveNotImproving?.MaxNumberOfTrainingJobsNotImproving
  if (patience !== undefined && notImproving(job, trials) >= patience) {
    return `${patience} training jobs did not improve on the best`
  }
  if (secondsLeft(job, now) <= 0) return `${ResourceLimits.MaxRuntimeInSeconds} seconds are over`
  const failed = trials.filter(({ objectiveStatus }) => objectiveStatus === 'Failed').length
  const succeeded = trials.some(({ objectiveStatus }) => objectiveStatus === 'Succeeded')
  return failed >= HOPELESS_FAILURES && !succeeded ? `no training job succeeded after ${failed} attempts` : undefined
}

/** Infinity without limit. */
export function secondsLeft(job: TuningJobRecord, now: Date): number {
  const limit = job.request.HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds
  return limit === undefined ? Infinity : limit - (now.getTime() - job.createdAt.getTime()) / 1000
}

/** What to say when nothing came of a tuning job; undefined when something did. */
export function failureOf(trials: readonly Trial[]): string | undefined {
  if (trials.some(({ objectiveStatus }) => objectiveStatus === 'Succeeded')) return undefined
  return (
    `No training job succeeded after ${trials.length} attempts. For additional details, please take a look at the ` +
    'training job failures by listing training jobs for the hyperparameter tuning job.'
  )
}
