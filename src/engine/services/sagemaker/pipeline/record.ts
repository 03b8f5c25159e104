import type { ParallelismConfiguration } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { nameFromArn, sagemakerArn } from '../arns.ts'
import { resourceNotFound } from '../errors.ts'

/** A pipeline as it is stored, under its name. */
export interface PipelineRecord {
  readonly name: string
  readonly arn: string
  readonly displayName: string
  readonly description?: string
  readonly roleArn: string
  /** JSON text, as given; parsed without problems. */
  readonly definition: string
  readonly parallelism?: ParallelismConfiguration
  readonly clientRequestToken?: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly lastRunAt?: Date
  /** ARN of the caller who made it. */
  readonly createdBy: string
  readonly modifiedBy: string
}

export function pipelines(engine: Engine) {
  return engine.store.collection<PipelineRecord>('sagemaker.pipeline')
}

export function pipelineArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'pipeline', name)
}

/** @throws ResourceNotFound */
export function getPipeline(engine: Engine, nameOrArn: string): PipelineRecord {
  const name = nameFromArn('pipeline', nameOrArn)
  const pipeline = pipelines(engine).get(name)
  if (!pipeline) throw resourceNotFound(`Pipeline '${pipelineArn(engine, name)}' does not exist.`)
  return pipeline
}
