import type {
  HyperParameterTrainingJobSummary,
  HyperParameterTuningJobObjective,
  ObjectiveStatus,
  ObjectiveStatusCounters,
  TrainingJobStatusCounters,
} from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import type { Engine } from '../../../engine.ts'
import type { Checked } from '../checked.ts'
import { trainingJobs } from '../training-job/record.ts'
import type { TrainingJobRecord } from '../training-job/record.ts'
import type { TuningJobRecord } from './record.ts'
import { tuningTrials } from './trial-record.ts'
import type { TrialRecord } from './trial-record.ts'

/** A training job of a tuning job, and what came of it. */
export interface Trial extends TrialRecord {
  readonly job: TrainingJobRecord
  readonly objectiveStatus: ObjectiveStatus
  /** Last value of the objective metric; undefined until one was read. */
  readonly value: number | undefined
}

function objectiveOf({ request }: Pick<TuningJobRecord, 'request'>): Checked<HyperParameterTuningJobObjective> {
  const objective =
    request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective ??
    request.TrainingJobDefinition?.TuningObjective
  if (!objective) throw internalError('a tuning job without objective was accepted')
  return objective
}

/** The training jobs of a tuning job in the order in which they were launched. */
export function trialsOf(engine: Engine, tuning: TuningJobRecord): Trial[] {
  const { MetricName } = objectiveOf(tuning)
  return tuningTrials(engine)
    .list(`${tuning.name}-`)
    .filter(({ value }) => value.tuningArn === tuning.arn)
    .map(({ value: record }) => {
      const job = trainingJobs(engine).get(record.name)
      if (!job) throw internalError(`training job ${record.name} vanished`)
      const value = job.metrics.find((metric) => metric.MetricName === MetricName)?.Value
      return { ...record, job, value, objectiveStatus: statusOf(job, value) }
    })
    .toSorted((a, b) => a.number - b.number)
}

export const isRunning = ({ job }: Trial): boolean => job.status === 'InProgress' || job.status === 'Stopping'

/** A job that was stopped, early or by hand, counts with the last value that it gave. */
function statusOf({ status }: TrainingJobRecord, value: number | undefined): ObjectiveStatus {
  if (status === 'InProgress' || status === 'Stopping') return 'Pending'
  return value !== undefined && status !== 'Failed' ? 'Succeeded' : 'Failed'
}

/** Less is better, whichever way the objective goes. */
export function lossOf(tuning: TuningJobRecord, value: number): number {
  return objectiveOf(tuning).Type === 'Minimize' ? value : -value
}

/** The trial with the best objective; the first of equals. */
export function bestTrial(tuning: TuningJobRecord, trials: readonly Trial[]): Trial | undefined {
  let best: Trial | undefined
  for (const trial of trials) {
    if (trial.objectiveStatus !== 'Succeeded' || trial.value === undefined) continue
    if (best?.value === undefined || lossOf(tuning, trial.value) < lossOf(tuning, best.value)) best = trial
  }
  return best
}

/** The trials that gave the objective, the best first. */
export function rankedTrials(engine: Engine, tuning: TuningJobRecord): Trial[] {
  return trialsOf(engine, tuning)
    .filter(({ objectiveStatus }) => objectiveStatus === 'Succeeded')
    .toSorted((a, b) => lossOf(tuning, a.value ?? 0) - lossOf(tuning, b.value ?? 0))
}

/** How many of the newest trials in a row did not better the best before them by 1 %. */
export function notImproving(tuning: TuningJobRecord, trials: readonly Trial[]): number {
  let best: number | undefined
  let count = 0
  for (const { value } of trials.filter(({ objectiveStatus }) => objectiveStatus === 'Succeeded').toSorted(byEnd)) {
    if (value === undefined) continue
    const loss = lossOf(tuning, value)
    if (best === undefined || loss < best - 0.01 * Math.abs(best)) [best, count] = [loss, 0]
    else count++
  }
  return count
}

const byEnd = (a: Trial, b: Trial): number => (a.job.endedAt?.getTime() ?? 0) - (b.job.endedAt?.getTime() ?? 0)

export function statusCounters(trials: readonly Trial[]): TrainingJobStatusCounters {
  const count = (wanted: (trial: Trial) => boolean): number => trials.filter(wanted).length
  const isOurs = ({ job }: Trial): boolean => job.failureReason?.startsWith('InternalServerError') ?? false
  return {
    Completed: count(({ job }) => job.status === 'Completed'),
    InProgress: count(isRunning),
    RetryableError: count((trial) => trial.job.status === 'Failed' && isOurs(trial)),
    NonRetryableError: count((trial) => trial.job.status === 'Failed' && !isOurs(trial)),
    Stopped: count(({ job }) => job.status === 'Stopped'),
  }
}

export function objectiveCounters(trials: readonly Trial[]): ObjectiveStatusCounters {
  const count = (status: ObjectiveStatus): number =>
    trials.filter(({ objectiveStatus }) => objectiveStatus === status).length
  return { Succeeded: count('Succeeded'), Pending: count('Pending'), Failed: count('Failed') }
}

export function trialSummary(tuning: TuningJobRecord, trial: Trial): HyperParameterTrainingJobSummary {
  const { MetricName, Type } = objectiveOf(tuning)
  const { job, value } = trial
  return {
    TrainingJobDefinitionName: tuning.request.TrainingJobDefinition?.DefinitionName,
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    TuningJobName: tuning.name,
    CreationTime: job.createdAt,
    TrainingStartTime: job.startedAt,
    TrainingEndTime: job.endedAt,
    TrainingJobStatus: job.status,
    TunedHyperParameters: { ...trial.parameters },
    FailureReason: job.failureReason,
    FinalHyperParameterTuningJobObjectiveMetric:
      trial.objectiveStatus === 'Succeeded' ? { Type, MetricName, Value: value } : undefined,
    ObjectiveStatus: trial.objectiveStatus,
  }
}
