import type { ListTrainingJobsRequest, ListTrainingJobsResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { notImplementedHere } from '../errors.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { trainingJobs } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html */
export const listTrainingJobs = operation<Checked<ListTrainingJobsRequest>, ListTrainingJobsResponse>({
  permissions: () => [onAll('ListTrainingJobs')],
  handle: (input, { engine }) => {
    if (input.WarmPoolStatusEquals !== undefined) throw notImplementedHere('WarmPoolStatusEquals')
    const rows = trainingJobs(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (job) => job, input)
    return {
      NextToken,
      TrainingJobSummaries: page.map((job) => ({
        TrainingJobName: job.name,
        TrainingJobArn: job.arn,
        CreationTime: job.createdAt,
        LastModifiedTime: job.modifiedAt,
        TrainingEndTime: job.endedAt,
        TrainingJobStatus: job.status,
        SecondaryStatus: job.secondaryStatus,
      })),
    }
  },
})
