import type { CreateProcessingJobRequest, ProcessingJobStatus } from '@aws-sdk/client-sagemaker'
import type { ProcessIdentity } from '../../../runner/process-identity.ts'
import type { Engine } from '../../../engine.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type ProcessingRequest = Checked<CreateProcessingJobRequest>

/** A processing job as it is stored, under its name. */
export interface ProcessingJobRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags. */
  readonly request: Omit<ProcessingRequest, 'Tags'>
  readonly status: ProcessingJobStatus
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly startedAt?: Date
  readonly endedAt?: Date
  readonly failureReason?: string
  readonly exitMessage?: string
  /** Set while a process runs; a crash leaves it behind. */
  readonly process?: ProcessIdentity
}

export function processingJobs(engine: Engine) {
  return engine.store.collection<ProcessingJobRecord>('sagemaker.processing-job')
}

export function processingJobArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'processing-job', name)
}

/** @throws ValidationException when there is none */
export function getProcessingJob(engine: Engine, name: string): ProcessingJobRecord {
  const job = processingJobs(engine).get(name)
  if (!job) throw validationError(`Could not find requested job with name: ${name}`)
  return job
}
