import type { ParallelismConfiguration, PipelineExecutionStatus, StepStatus } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { nameFromArn } from '../arns.ts'
import { resourceNotFound } from '../errors.ts'
import type { ParameterValue, StepType } from '../pipeline/definition.ts'

/** One step that has been started. Steps not started, or in a branch not taken, have no record. */
export interface StepRecord {
  readonly name: string
  readonly type: StepType
  readonly status: StepStatus
  readonly startedAt: Date
  readonly endedAt?: Date
  /** Attempts begun, counted from 1. */
  readonly attempts: number
  /** Name of the job, model, package ARN ... of the current attempt; chosen before it is created. */
  readonly resource?: string
  readonly failureReason?: string
  /** Execution whose result was taken over. */
  readonly cacheHitFrom?: string
  /** Execution that ran it, when a selective execution took it over. */
  readonly reusedFrom?: string
  /** Of a condition step. */
  readonly outcome?: boolean
  /** When the next attempt may begin. */
  readonly retryAt?: Date
}

/** An execution as it is stored, under `<pipeline>/<id>`. */
export interface ExecutionRecord {
  readonly id: string
  readonly arn: string
  readonly pipelineName: string
  readonly pipelineArn: string
  readonly roleArn: string
  readonly status: PipelineExecutionStatus
  readonly displayName: string
  readonly description?: string
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** As given at the start, for ListPipelineParametersForExecution. */
  readonly givenParameters: readonly { readonly Name: string; readonly Value: string }[]
  readonly parallelism?: ParallelismConfiguration
  /** Of a selective execution: the steps to run; all others are taken over or left out. */
  readonly selection?: { readonly sourceArn: string; readonly steps: readonly string[] }
  readonly clientRequestToken?: string
  readonly retryToken?: string
  readonly failureReason?: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly endedAt?: Date
  readonly createdBy: string
  readonly steps: Readonly<Record<string, StepRecord>>
}

export function executions(engine: Engine) {
  return engine.store.collection<ExecutionRecord>('sagemaker.pipeline-execution')
}

/** The definition that an execution runs, kept beside it because the pipeline may change meanwhile. */
export function executionDefinitions(engine: Engine) {
  return engine.store.collection<string>('sagemaker.pipeline-execution-definition')
}

/** `<pipeline>/<id>` of `arn:aws:sagemaker:<region>:<account>:pipeline/<pipeline>/execution/<id>`. */
export function executionKey(arn: string): string {
  return nameFromArn('pipeline', arn).replace('/execution/', '/')
}

/** @throws ResourceNotFound */
export function getExecution(engine: Engine, arn: string): ExecutionRecord {
  const execution = executions(engine).get(executionKey(arn))
  if (!execution) throw resourceNotFound(`Pipeline execution with ARN ${arn} does not exist.`)
  return execution
}
