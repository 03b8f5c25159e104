import {
  DescribeHyperParameterTuningJobCommand,
  paginateListTrainingJobsForHyperParameterTuningJob,
  type DescribeHyperParameterTuningJobCommandOutput,
  type HyperParameterTrainingJobSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { formatDuration } from '../../core/units.ts'
import { formatFacts, formatTable } from '../terminal/table.ts'
import { shortName } from './names.ts'
import { isMissing } from './missing.ts'

/** A tuning job with its training jobs, the best first and those without a value last. */
export interface Tuning {
  readonly job: DescribeHyperParameterTuningJobCommandOutput
  readonly trials: readonly HyperParameterTrainingJobSummary[]
}

/** Undefined when there is no such tuning job. */
export async function findTuning(client: SageMakerClient, name: string): Promise<Tuning | undefined> {
  const target = { HyperParameterTuningJobName: name }
  try {
    const job = await client.send(new DescribeHyperParameterTuningJobCommand(target))
    const trials: HyperParameterTrainingJobSummary[] = []
    for await (const page of paginateListTrainingJobsForHyperParameterTuningJob({ client }, target)) {
      trials.push(...(page.TrainingJobSummaries ?? []))
    }
    const isLess = job.HyperParameterTuningJobConfig?.HyperParameterTuningJobObjective?.Type === 'Minimize'
    return { job, trials: ranked(trials, isLess) }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function ranked(trials: readonly HyperParameterTrainingJobSummary[], isLess: boolean) {
  const rank = (trial: HyperParameterTrainingJobSummary): number => {
    const value = valueOf(trial)
    return value === undefined ? Infinity : isLess ? value : -value
  }
  return trials.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)]
    return x < y ? -1 : x > y ? 1 : 0
  })
}

export const valueOf = (trial: HyperParameterTrainingJobSummary): number | undefined =>
  trial.FinalHyperParameterTuningJobObjectiveMetric?.Value

/** `lr0=0.001 batch=4`, names in order. */
export const parametersText = (trial: HyperParameterTrainingJobSummary): string =>
  Object.entries(trial.TunedHyperParameters ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

export function tuningValue({ job, trials }: Tuning) {
  return {
    name: shortName(job.HyperParameterTuningJobName ?? ''),
    tuningJob: job.HyperParameterTuningJobName,
    tuningJobArn: job.HyperParameterTuningJobArn,
    status: job.HyperParameterTuningJobStatus,
    failureReason: job.FailureReason ?? null,
    strategy: job.HyperParameterTuningJobConfig?.Strategy,
    objective: job.HyperParameterTuningJobConfig?.HyperParameterTuningJobObjective?.MetricName,
    best: job.BestTrainingJob
      ? {
          trainingJob: job.BestTrainingJob.TrainingJobName,
          hyperparameters: job.BestTrainingJob.TunedHyperParameters,
          value: valueOf(job.BestTrainingJob) ?? null,
        }
      : null,
    trials: trials.map((trial) => ({
      trainingJob: trial.TrainingJobName,
      status: trial.TrainingJobStatus,
      hyperparameters: trial.TunedHyperParameters,
      value: valueOf(trial) ?? null,
      failureReason: trial.FailureReason ?? null,
    })),
  }
}

/** @param trainLine the command that trains with the best hyperparameters, where it is known */
export function tuningText(tuning: Tuning, trainLine?: string): string {
  const { job, trials } = tuning
  const metric = job.HyperParameterTuningJobConfig?.HyperParameterTuningJobObjective?.MetricName ?? 'objective'
  const best = job.BestTrainingJob
  const facts = formatFacts({
    tuning: shortName(job.HyperParameterTuningJobName ?? ''),
    status: job.HyperParameterTuningJobStatus,
    reason: job.FailureReason,
    best: best && `${metric} ${valueOf(best)} with ${parametersText(best)}`,
  })
  const table = formatTable(
    ['trial', metric, 'status', 'time', 'hyperparameters'],
    trials.map((trial) => [
      shortName(trial.TrainingJobName ?? ''),
      valueOf(trial)?.toFixed(4) ?? '',
      trial.TrainingJobStatus ?? '',
      trial.TrainingStartTime && trial.TrainingEndTime
        ? formatDuration(trial.TrainingEndTime.getTime() - trial.TrainingStartTime.getTime())
        : '',
      parametersText(trial),
    ]),
  )
  const again = best && trainLine !== undefined ? [trainLine] : []
  return [facts, '', table, ...(again.length > 0 ? ['', 'train with the best:', ...again] : [])].join('\n')
}
