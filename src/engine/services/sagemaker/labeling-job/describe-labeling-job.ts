import type { DescribeLabelingJobRequest, DescribeLabelingJobResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { tagsOf } from '../tags/tag-store.ts'
import { labelCounters } from './counters.ts'
import { labelingMachine } from './machine.ts'
import { outputManifestUri } from './output-tree.ts'
import { getLabelingJob, labelingJobId } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeLabelingJob.html */
export const describeLabelingJob = operation<Checked<DescribeLabelingJobRequest>, DescribeLabelingJobResponse>({
  permissions: (input, call) => [
    onResource(call, 'DescribeLabelingJob', 'labeling-job', labelingJobId(input.LabelingJobName)),
  ],
  handle: (input, { engine }) => {
    const job = getLabelingJob(engine, input.LabelingJobName)
    return {
      ...job.request,
      LabelingJobName: job.name,
      LabelingJobArn: job.arn,
      LabelingJobStatus: job.status,
      LabelCounters: labelCounters(engine, job),
      FailureReason: job.failureReason,
      JobReferenceCode: job.referenceCode,
      CreationTime: job.createdAt,
      LastModifiedTime: job.modifiedAt,
      Tags: tagsOf(engine, job.arn),
      LabelingJobOutput: labelingMachine.isFinal(job.status)
        ? { OutputDatasetS3Uri: outputManifestUri(job) }
        : undefined,
    }
  },
})
