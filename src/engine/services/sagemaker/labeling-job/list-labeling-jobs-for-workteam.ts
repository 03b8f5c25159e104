import type { ListLabelingJobsForWorkteamRequest, ListLabelingJobsForWorkteamResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { labelCountersForWorkteam } from './counters.ts'
import { labelingJobs } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListLabelingJobsForWorkteam.html */
export const listLabelingJobsForWorkteam = operation<
  Checked<ListLabelingJobsForWorkteamRequest>,
  ListLabelingJobsForWorkteamResponse
>({
  permissions: ({ WorkteamArn }) => [{ action: 'sagemaker:ListLabelingJobsForWorkteam', resource: WorkteamArn }],
  handle: ({ JobReferenceCodeContains: code = '', WorkteamArn, ...input }, { engine }) => {
    const rows = labelingJobs(engine)
      .list()
      .map(({ value }) => value)
      .filter(
        ({ request, referenceCode }) =>
          request.HumanTaskConfig.WorkteamArn === WorkteamArn && referenceCode.includes(code),
      )
    const { page, NextToken } = listPage(rows, (job) => job, input)
    return {
      NextToken,
      LabelingJobSummaryList: page.map((job) => ({
        LabelingJobName: job.name,
        JobReferenceCode: job.referenceCode,
        WorkRequesterAccountId: engine.accountId,
        CreationTime: job.createdAt,
        LabelCounters: labelCountersForWorkteam(engine, job),
        NumberOfHumanWorkersPerDataObject: job.request.HumanTaskConfig.NumberOfHumanWorkersPerDataObject,
      })),
    }
  },
})
