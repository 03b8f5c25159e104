import type { StopHyperParameterTuningJobRequest } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { moveTuningJob } from './machine.ts'
import { getTuningJob } from './record.ts'

/**
 * StopHyperParameterTuningJob: stops the training jobs that run; what they left and what ended before is kept.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopHyperParameterTuningJob.html
 * @throws ResourceNotFound; ValidationException when the job has ended already
 */
export const stopHyperParameterTuningJob = (workers: Workers) =>
  operation<Checked<StopHyperParameterTuningJobRequest>, object>({
    permissions: ({ HyperParameterTuningJobName: name }, call) => [
      onResource(call, 'StopHyperParameterTuningJob', 'hyper-parameter-tuning-job', name),
    ],
    handle: (input, { engine }) => {
      const job = getTuningJob(engine, input.HyperParameterTuningJobName)
      if (job.status === 'Stopping') return {}
      if (job.status !== 'InProgress') {
        throw validationError(`The request was rejected because the tuning job is in status ${job.status}.`)
      }
      moveTuningJob(workers, job.name, 'Stopping')
      return {}
    },
  })
