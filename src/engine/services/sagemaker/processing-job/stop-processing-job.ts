import type { StopProcessingJobRequest } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { moveProcessingJob } from './machine.ts'
import { getProcessingJob } from './record.ts'

/**
 * StopProcessingJob: SIGTERM, SIGKILL after 120 s.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopProcessingJob.html
 * @throws ValidationException when the job has ended already
 */
export const stopProcessingJob = (workers: Workers) =>
  operation<Checked<StopProcessingJobRequest>, object>({
    permissions: (input, call) => [onResource(call, 'StopProcessingJob', 'processing-job', input.ProcessingJobName)],
    handle: (input, { engine }) => {
      const job = getProcessingJob(engine, input.ProcessingJobName)
      if (job.status === 'Stopping') return {}
      if (job.status !== 'InProgress') {
        throw validationError(`The job ${job.name} is in status ${job.status}: stopping it is not possible`)
      }
      moveProcessingJob(workers, job.name, 'Stopping')
      if (!workers.running.stop(job.arn)) moveProcessingJob(workers, job.name, 'Stopped')
      return {}
    },
  })
