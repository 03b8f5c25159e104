import type { DescribeTrainingJobRequest, DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { tuningTrials } from '../hyper-parameter-tuning-job/trial-record.ts'
import { onResource } from '../permissions.ts'
import { getTrainingJob, trainingSeconds } from './record.ts'
import type { TrainingJobRecord } from './record.ts'

/** SageMaker's limit for a job that names none: one day. */
const DEFAULT_RUNTIME_SECONDS = 86_400

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html */
export const describeTrainingJob = operation<Checked<DescribeTrainingJobRequest>, DescribeTrainingJobResponse>({
  permissions: (input, call) => [onResource(call, 'DescribeTrainingJob', 'training-job', input.TrainingJobName)],
  handle: (input, { engine }) => ({
    ...trainingDescription(getTrainingJob(engine, input.TrainingJobName), engine.clock.now()),
    TuningJobArn: tuningTrials(engine).get(input.TrainingJobName)?.tuningArn,
  }),
})

/** What Describe answers; pipeline steps read the same. */
export function trainingDescription(job: TrainingJobRecord, now: Date): DescribeTrainingJobResponse {
  const seconds = job.startedAt === undefined ? undefined : trainingSeconds(job, now)
  return {
    ...job.request,
    StoppingCondition: job.request.StoppingCondition ?? { MaxRuntimeInSeconds: DEFAULT_RUNTIME_SECONDS },
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    SecondaryStatusTransitions: [...job.transitions],
    FailureReason: job.failureReason,
    ModelArtifacts: job.modelUri === undefined ? undefined : { S3ModelArtifacts: job.modelUri },
    FinalMetricDataList: [...job.metrics],
    CreationTime: job.createdAt,
    TrainingStartTime: job.startedAt,
    TrainingEndTime: job.endedAt,
    LastModifiedTime: job.modifiedAt,
    TrainingTimeInSeconds: seconds,
    BillableTimeInSeconds: seconds,
  }
}
