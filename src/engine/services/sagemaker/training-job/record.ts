import type {
  CreateTrainingJobRequest,
  SecondaryStatus,
  SecondaryStatusTransition,
  TrainingJobStatus,
} from '@aws-sdk/client-sagemaker'
import type { MetricValue } from '../../../runner/metric-lines.ts'
import type { ProcessIdentity } from '../../../runner/process-identity.ts'
import type { Engine } from '../../../engine.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type TrainingRequest = Checked<CreateTrainingJobRequest>

/** A training job as it is stored, under its name. */
export interface TrainingJobRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags. */
  readonly request: Omit<TrainingRequest, 'Tags'>
  readonly status: TrainingJobStatus
  readonly secondaryStatus: SecondaryStatus
  readonly transitions: readonly Checked<SecondaryStatusTransition>[]
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly startedAt?: Date
  readonly endedAt?: Date
  readonly failureReason?: string
  readonly metrics: readonly MetricValue[]
  /** Every value so far of the metric that the job's tuning job looks at, in order. */
  readonly objective?: readonly number[]
  /** S3 URI of the stored model; set once it is there. */
  readonly modelUri?: string
  /** Set while a process runs; a crash leaves it behind. */
  readonly process?: ProcessIdentity
  /** Last time the running process was known to be alive; ends the billed time when the engine dies. */
  readonly aliveAt?: Date
}

export function trainingJobs(engine: Engine) {
  return engine.store.collection<TrainingJobRecord>('sagemaker.training-job')
}

export function trainingJobArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'training-job', name)
}

/** @throws ValidationException when there is none */
export function getTrainingJob(engine: Engine, name: string): TrainingJobRecord {
  const job = trainingJobs(engine).get(name)
  if (!job) throw validationError('Requested resource not found.')
  return job
}

/** Seconds spent in `Training`, over all attempts. */
export function trainingSeconds(job: TrainingJobRecord, now: Date): number {
  const ms = job.transitions
    .filter(({ Status }) => Status === 'Training')
    .reduce((sum, { StartTime, EndTime }) => sum + (EndTime ?? now).getTime() - StartTime.getTime(), 0)
  return Math.ceil(ms / 1000)
}
