import type { StopLabelingJobRequest } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { moveLabelingJob } from './machine.ts'
import { getLabelingJob, labelingJobId } from './record.ts'

/**
 * StopLabelingJob: no answer is taken any more; what has been labelled is written out.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopLabelingJob.html
 * @throws ValidationException when the job has ended already
 */
export const stopLabelingJob = (workers: Workers) =>
  operation<Checked<StopLabelingJobRequest>, object>({
    permissions: (input, call) => [
      onResource(call, 'StopLabelingJob', 'labeling-job', labelingJobId(input.LabelingJobName)),
    ],
    handle: (input, { engine }) => {
      const job = getLabelingJob(engine, input.LabelingJobName)
      if (job.status === 'Stopping') return {}
      if (job.status !== 'InProgress' && job.status !== 'Initializing') {
        throw validationError(`The labeling job ${job.name} is in status ${job.status}: stopping it is not possible`)
      }
      moveLabelingJob(workers, job.name, 'Stopping', { ending: { status: 'Stopped' } })
      return {}
    },
  })
