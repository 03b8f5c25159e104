import type { CreateLabelingJobRequest, LabelingJobStatus } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { resourceNotFound } from '../errors.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type LabelingRequest = Checked<CreateLabelingJobRequest>

/** What a job has learnt from its files in S3; there once it is past `Initializing`. */
export interface LabelingInput {
  /** Names of classes, in the order of the label category file. */
  readonly labels: readonly string[]
  /** Label attribute whose boxes are corrected or judged; adjustment and verification jobs only. */
  readonly priorAttribute?: string
  /** Guidelines of the UI template, as plain text; may be empty. */
  readonly instructions: string
}

/** A labeling job as it is stored, under its name in lower case; its objects and answers are in `labeling-tables.ts`. */
export interface LabelingJobRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags. */
  readonly request: Omit<LabelingRequest, 'Tags'>
  readonly referenceCode: string
  readonly status: LabelingJobStatus
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly endedAt?: Date
  readonly failureReason?: string
  readonly input?: LabelingInput
  /** Why no more work is asked for, and the status it ends in; set once, before the outputs are written. */
  readonly ending?: { readonly status: 'Completed' | 'Failed' | 'Stopped'; readonly reason?: string }
}

export function labelingJobs(engine: Engine) {
  return engine.store.collection<LabelingJobRecord>('sagemaker.labeling-job')
}

export function labelingJobArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'labeling-job', name.toLowerCase())
}

/** Ground Truth takes names of another case as the same. */
export function labelingJobId(name: string): string {
  return name.toLowerCase()
}

/** @throws ResourceNotFound when there is none */
export function getLabelingJob(engine: Engine, name: string): LabelingJobRecord {
  const job = labelingJobs(engine).get(labelingJobId(name))
  if (job) return job
  throw resourceNotFound(`Requested resource labeling-job/${name} not found.`)
}
