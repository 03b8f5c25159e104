import type { CreateHyperParameterTuningJobRequest, HyperParameterTuningJobStatus } from '@aws-sdk/client-sagemaker'
import { AwsError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type TuningRequest = Checked<CreateHyperParameterTuningJobRequest>

/** A hyperparameter tuning job as it is stored, under its name; its training jobs are in `trial-record.ts`. */
export interface TuningJobRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags. */
  readonly request: Omit<TuningRequest, 'Tags'>
  /** `RandomSeed`, or one drawn when the job was created. */
  readonly seed: number
  readonly status: HyperParameterTuningJobStatus
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly endedAt?: Date
  readonly failureReason?: string
  /** Why no more training jobs are launched and those that run are stopped; set once. */
  readonly enough?: string
}

export function tuningJobs(engine: Engine) {
  return engine.store.collection<TuningJobRecord>('sagemaker.hyper-parameter-tuning-job')
}

export function tuningJobArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'hyper-parameter-tuning-job', name)
}

/** @throws ResourceNotFound when there is none */
export function getTuningJob(engine: Engine, name: string): TuningJobRecord {
  const job = tuningJobs(engine).get(name)
  if (job) return job
  throw new AwsError('ResourceNotFound', 400, `Amazon SageMaker can't find a tuning job with the name ${name}.`)
}
