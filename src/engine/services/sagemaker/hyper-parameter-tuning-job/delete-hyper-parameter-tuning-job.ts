import type { DeleteHyperParameterTuningJobRequest } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { resourceInUse } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { dropTags } from '../tags/tag-store.ts'
import { tuningMachine } from './machine.ts'
import { getTuningJob, tuningJobs } from './record.ts'
import { trialsOf } from './trials.ts'
import { tuningTrials } from './trial-record.ts'

/**
 * DeleteHyperParameterTuningJob: forgets the tuning job. Its training jobs and what they stored stay.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteHyperParameterTuningJob.html
 * @throws ResourceNotFound; ResourceInUse while it has not ended
 */
export const deleteHyperParameterTuningJob = operation<Checked<DeleteHyperParameterTuningJobRequest>, object>({
  permissions: ({ HyperParameterTuningJobName: name }, call) => [
    onResource(call, 'DeleteHyperParameterTuningJob', 'hyper-parameter-tuning-job', name),
  ],
  handle: (input, { engine }) => {
    const job = getTuningJob(engine, input.HyperParameterTuningJobName)
    if (!tuningMachine.isFinal(job.status)) {
      throw resourceInUse(`The tuning job ${job.name} is in status ${job.status}; stop it before deleting it.`)
    }
    engine.store.transaction(() => {
      for (const { name } of trialsOf(engine, job)) tuningTrials(engine).delete(name)
      dropTags(engine, job.arn)
      tuningJobs(engine).delete(job.name)
    })
    return {}
  },
})
