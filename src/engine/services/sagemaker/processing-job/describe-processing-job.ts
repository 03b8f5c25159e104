import type { DescribeProcessingJobRequest, DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { getProcessingJob } from './record.ts'
import type { ProcessingJobRecord } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html */
export const describeProcessingJob = operation<Checked<DescribeProcessingJobRequest>, DescribeProcessingJobResponse>({
  permissions: (input, call) => [onResource(call, 'DescribeProcessingJob', 'processing-job', input.ProcessingJobName)],
  handle: (input, { engine }) => processingDescription(getProcessingJob(engine, input.ProcessingJobName)),
})

/** What Describe answers; pipeline steps read the same. */
export function processingDescription(job: ProcessingJobRecord): DescribeProcessingJobResponse {
  return {
    ...job.request,
    ProcessingJobArn: job.arn,
    ProcessingJobStatus: job.status,
    ExitMessage: job.exitMessage,
    FailureReason: job.failureReason,
    ProcessingStartTime: job.startedAt,
    ProcessingEndTime: job.endedAt,
    CreationTime: job.createdAt,
    LastModifiedTime: job.modifiedAt,
  }
}
