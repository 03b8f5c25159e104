import type { StopTrainingJobRequest } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { moveTrainingJob } from './machine.ts'
import { getTrainingJob } from './record.ts'
import type { TrainingJobRecord } from './record.ts'

/**
 * StopTrainingJob: SIGTERM, SIGKILL after 120 s; what the job left in its model folder is stored.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html
 * @throws ValidationException when the job has ended already
 */
export const stopTrainingJob = (workers: Workers) =>
  operation<Checked<StopTrainingJobRequest>, object>({
    permissions: (input, call) => [onResource(call, 'StopTrainingJob', 'training-job', input.TrainingJobName)],
    handle: (input, { engine }) => {
      const job = getTrainingJob(engine, input.TrainingJobName)
      if (job.status === 'Stopping') return {}
      if (job.status !== 'InProgress') {
        throw validationError(`The request was rejected because the training job is in status ${job.status}.`)
      }
      endTrainingJob(workers, job)
      return {}
    },
  })

/** Tells a job in progress to stop. */
export function endTrainingJob(workers: Workers, job: TrainingJobRecord): void {
  moveTrainingJob(workers, job.name, 'Stopping')
  if (!workers.running.stop(job.arn)) moveTrainingJob(workers, job.name, 'Stopped')
}
