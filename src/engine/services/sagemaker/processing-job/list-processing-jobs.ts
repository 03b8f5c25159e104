import type { ListProcessingJobsRequest, ListProcessingJobsResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { processingJobs } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListProcessingJobs.html */
export const listProcessingJobs = operation<Checked<ListProcessingJobsRequest>, ListProcessingJobsResponse>({
  permissions: () => [onAll('ListProcessingJobs')],
  handle: (input, { engine }) => {
    const rows = processingJobs(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (job) => job, input)
    return {
      NextToken,
      ProcessingJobSummaries: page.map((job) => ({
        ProcessingJobName: job.name,
        ProcessingJobArn: job.arn,
        CreationTime: job.createdAt,
        LastModifiedTime: job.modifiedAt,
        ProcessingEndTime: job.endedAt,
        ProcessingJobStatus: job.status,
        FailureReason: job.failureReason,
        ExitMessage: job.exitMessage,
      })),
    }
  },
})
