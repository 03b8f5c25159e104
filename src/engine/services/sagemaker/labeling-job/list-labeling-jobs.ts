import type { ListLabelingJobsRequest, ListLabelingJobsResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { labelCounters } from './counters.ts'
import { labelingMachine } from './machine.ts'
import { outputManifestUri } from './output-tree.ts'
import { labelingJobs } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListLabelingJobs.html */
export const listLabelingJobs = operation<Checked<ListLabelingJobsRequest>, ListLabelingJobsResponse>({
  permissions: () => [onAll('ListLabelingJobs')],
  handle: (input, { engine }) => {
    const rows = labelingJobs(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (job) => job, input)
    return {
      NextToken,
      LabelingJobSummaryList: page.map((job) => {
        const { HumanTaskConfig, InputConfig } = job.request
        return {
          LabelingJobName: job.name,
          LabelingJobArn: job.arn,
          LabelingJobStatus: job.status,
          LabelCounters: labelCounters(engine, job),
          WorkteamArn: HumanTaskConfig.WorkteamArn,
          PreHumanTaskLambdaArn: HumanTaskConfig.PreHumanTaskLambdaArn,
          AnnotationConsolidationLambdaArn:
            HumanTaskConfig.AnnotationConsolidationConfig?.AnnotationConsolidationLambdaArn,
          FailureReason: job.failureReason,
          InputConfig,
          CreationTime: job.createdAt,
          LastModifiedTime: job.modifiedAt,
          LabelingJobOutput: labelingMachine.isFinal(job.status)
            ? { OutputDatasetS3Uri: outputManifestUri(job) }
            : undefined,
        }
      }),
    }
  },
})
