import type {
  ListHyperParameterTuningJobsRequest,
  ListHyperParameterTuningJobsResponse,
} from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { tuningJobs } from './record.ts'
import { objectiveCounters, statusCounters, trialsOf } from './trials.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListHyperParameterTuningJobs.html */
export const listHyperParameterTuningJobs = operation<
  Checked<ListHyperParameterTuningJobsRequest>,
  ListHyperParameterTuningJobsResponse
>({
  permissions: () => [onAll('ListHyperParameterTuningJobs')],
  handle: (input, { engine }) => {
    const rows = tuningJobs(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (job) => job, input, { sortBy: 'Name', sortOrder: 'Ascending' })
    return {
      NextToken,
      HyperParameterTuningJobSummaries: page.map((job) => {
        const trials = trialsOf(engine, job)
        return {
          HyperParameterTuningJobName: job.name,
          HyperParameterTuningJobArn: job.arn,
          HyperParameterTuningJobStatus: job.status,
          Strategy: job.request.HyperParameterTuningJobConfig.Strategy,
          CreationTime: job.createdAt,
          HyperParameterTuningEndTime: job.endedAt,
          LastModifiedTime: job.modifiedAt,
          TrainingJobStatusCounters: statusCounters(trials),
          ObjectiveStatusCounters: objectiveCounters(trials),
          ResourceLimits: job.request.HyperParameterTuningJobConfig.ResourceLimits,
        }
      }),
    }
  },
})
