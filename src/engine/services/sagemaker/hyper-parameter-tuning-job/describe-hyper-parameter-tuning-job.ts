import type {
  DescribeHyperParameterTuningJobRequest,
  DescribeHyperParameterTuningJobResponse,
} from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { getTuningJob } from './record.ts'
import type { TuningJobRecord } from './record.ts'
import { bestTrial, notImproving, objectiveCounters, statusCounters, trialsOf, trialSummary } from './trials.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeHyperParameterTuningJob.html */
export const describeHyperParameterTuningJob = operation<
  Checked<DescribeHyperParameterTuningJobRequest>,
  DescribeHyperParameterTuningJobResponse
>({
  permissions: ({ HyperParameterTuningJobName: name }, call) => [
    onResource(call, 'DescribeHyperParameterTuningJob', 'hyper-parameter-tuning-job', name),
  ],
  handle: (input, { engine }) => tuningDescription(engine, getTuningJob(engine, input.HyperParameterTuningJobName)),
})

/** What Describe answers; pipeline steps read the same. */
export function tuningDescription(engine: Engine, job: TuningJobRecord): DescribeHyperParameterTuningJobResponse {
  const trials = trialsOf(engine, job)
  const best = bestTrial(job, trials)
  const endedAt = job.endedAt ?? engine.clock.now()
  return {
    ...job.request,
    HyperParameterTuningJobArn: job.arn,
    HyperParameterTuningJobStatus: job.status,
    CreationTime: job.createdAt,
    HyperParameterTuningEndTime: job.endedAt,
    LastModifiedTime: job.modifiedAt,
    TrainingJobStatusCounters: statusCounters(trials),
    ObjectiveStatusCounters: objectiveCounters(trials),
    BestTrainingJob: best && trialSummary(job, best),
    FailureReason: job.failureReason,
    TuningJobCompletionDetails: { NumberOfTrainingJobsObjectiveNotImproving: notImproving(job, trials) },
    ConsumedResources: { RuntimeInSeconds: Math.ceil((endedAt.getTime() - job.createdAt.getTime()) / 1000) },
  }
}
