import { randomInt } from 'node:crypto'
import type { CreateHyperParameterTuningJobResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { resourceInUse } from '../errors.ts'
import { onResource, passRole } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { checkTuningRequest } from './check-request.ts'
import { publishTuningState } from './machine.ts'
import { tuningJobArn, tuningJobs } from './record.ts'
import type { TuningJobRecord, TuningRequest } from './record.ts'
import { startTuningJob } from './run.ts'

/**
 * CreateHyperParameterTuningJob: records the job; `run.ts` launches its training jobs. As on AWS the caller needs no
 * permission to create those: who may start a tuning job and pass the role may have it train.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
 * Differs: this engine trains one job at a time, so that parallel jobs queue. Scaling `Auto` is logarithmic for ranges
 * above 0 that span a factor of 100 or more. `MaxRuntimeInSeconds` counts from creation, time without engine included.
 * @throws ResourceInUse when the name is taken; ValidationException for what is wrong or not here
 */
export const createHyperParameterTuningJob = (workers: Workers) =>
  operation<TuningRequest, CreateHyperParameterTuningJobResponse>({
    permissions: (input, call) => [
      onResource(
        call,
        'CreateHyperParameterTuningJob',
        'hyper-parameter-tuning-job',
        input.HyperParameterTuningJobName,
      ),
      ...passRole(input.TrainingJobDefinition?.RoleArn),
    ],
    handle: (input, { engine }) => {
      checkTuningRequest(input)
      const { Tags, ...request } = input
      const name = input.HyperParameterTuningJobName
      const now = engine.clock.now()
      const arn = tuningJobArn(engine, name)
      const job: TuningJobRecord = {
        name,
        arn,
        request,
        seed: request.HyperParameterTuningJobConfig.RandomSeed ?? randomInt(2 ** 31),
        status: 'InProgress',
        createdAt: now,
        modifiedAt: now,
      }
      engine.store.transaction(() => {
        if (!tuningJobs(engine).insert(name, job)) {
          throw resourceInUse(
            `Hyperparameter tuning job names must be unique within an AWS account and region, and ${arn} exists already`,
          )
        }
        setTags(engine, arn, Tags)
        publishTuningState(workers, job)
      })
      startTuningJob(workers, job)
      return { HyperParameterTuningJobArn: arn }
    },
  })
