import { setTimeout as delay } from 'node:timers/promises'
import type { Principal } from '../../../auth/principal.ts'
import { failureReasonOf, JobFailure, REASON_LENGTH } from '../../../runner/job-failure.ts'
import type { Step } from '../pipeline/definition.ts'
import type { StepGraph } from '../pipeline/step-graph.ts'
import { isClosing } from '../running.ts'
import type { Workers } from '../workers.ts'
import { cacheKey, findCached, rememberResult } from './cache.ts'
import { evaluate, propertyFileUri } from './evaluate.ts'
import type { Surroundings } from './evaluate.ts'
import { changeStep, putStep } from './machine.ts'
import { getExecution } from './record.ts'
import type { ExecutionRecord, StepRecord } from './record.ts'
import { retryDelayMs } from './retry.ts'
import { FailStepError } from './steps/fail.ts'
import { JobEndedError } from './steps/job-step.ts'
import { STEP_EXECUTORS } from './steps/table.ts'

export interface StepRun {
  readonly workers: Workers
  readonly execution: ExecutionRecord
  readonly graph: StepGraph
  readonly step: Step
  readonly principal: Principal
  readonly signal: AbortSignal
}

/** Carries out one step, attempts and waits between them included, and records how it ends. Rejects only on closing. */
export async function runStep(run: StepRun): Promise<void> {
  const { workers, execution, step, signal } = run
  const { engine } = workers
  let record = getExecution(engine, execution.arn).steps[step.Name]
  if (!record) {
    record = { name: step.Name, type: step.Type, status: 'Starting', startedAt: engine.clock.now(), attempts: 1 }
    putStep(workers, execution.arn, record)
  }
  for (;;) {
    try {
      if (record.retryAt)
        await delay(Math.max(0, record.retryAt.getTime() - engine.clock.now().getTime()), undefined, { signal })
      return await attempt(run, record)
    } catch (error) {
      if (isClosing(signal)) throw error
      if (signal.aborted) {
        changeStep(workers, execution.arn, step.Name, { status: 'Stopped' })
        return
      }
      const sinceStartMs = engine.clock.now().getTime() - record.startedAt.getTime()
      const delayMs = retryDelayMs(step.RetryPolicies, error, record.attempts, sinceStartMs)
      if (delayMs === undefined) {
        changeStep(workers, execution.arn, step.Name, { status: 'Failed', failureReason: reasonOf(error) })
        return
      }
      record = changeStep(workers, execution.arn, step.Name, {
        attempts: record.attempts + 1,
        resource: undefined,
        retryAt: new Date(engine.clock.now().getTime() + delayMs),
      })
    }
  }
}

async function attempt(run: StepRun, record: StepRecord): Promise<void> {
  const { workers, execution, step, principal, signal } = run
  const { engine } = workers
  const { arn } = execution
  const executor = STEP_EXECUTORS[step.Type]
  const name = record.resource ?? resourceName(execution.id, step.Name, engine.ids.short(10))
  const around = surroundings(run, name)
  const args = (await evaluate(step.Arguments, around)) as Record<string, unknown>
  const key = cacheKey(execution.pipelineName, step, executor, args)
  const cached =
    record.resource === undefined && key !== undefined
      ? findCached(engine, key, step.CacheConfig?.ExpireAfter)
      : undefined
  // What a cached result points at must still be there.
  if (cached && executor.describe(engine, { ...record, resource: cached.resource }) !== undefined) {
    changeStep(workers, arn, step.Name, {
      status: 'Succeeded',
      resource: cached.resource,
      cacheHitFrom: cached.executionArn,
    })
    return
  }
  signal.throwIfAborted()
  if (record.status === 'Starting') changeStep(workers, arn, step.Name, { status: 'Executing' })
  const result = await executor.run({
    workers,
    execution,
    step,
    attempt: record.attempts,
    resource: record.resource,
    principal,
    around,
    name,
    args,
    signal,
    claim: (resource) => changeStep(workers, arn, step.Name, { resource }),
  })
  const ended = changeStep(workers, arn, step.Name, { ...result, status: 'Succeeded' })
  if (key !== undefined && result.resource !== undefined) {
    rememberResult(engine, key, { executionArn: arn, resource: result.resource, endedAt: ended.endedAt as Date })
  }
}

function surroundings({ workers, execution, graph, principal }: StepRun, name: string): Surroundings {
  const { engine } = workers
  const described = (stepName: string): unknown => {
    const record = getExecution(engine, execution.arn).steps[stepName]
    return record && STEP_EXECUTORS[record.type].describe(engine, record)
  }
  return {
    engine,
    principal,
    parameters: execution.parameters,
    described,
    variable: (variable) =>
      ({
        StartDateTime: execution.createdAt.toISOString(),
        CurrentDateTime: execution.createdAt.toISOString(),
        PipelineName: execution.pipelineName,
        PipelineArn: execution.pipelineArn,
        PipelineExecutionId: execution.id,
        PipelineExecutionArn: execution.arn,
        TrainingJobName: name,
        ProcessingJobName: name,
      })[variable],
    propertyFile: (stepName, fileName) => {
      const files = graph.get(stepName)?.step.PropertyFiles ?? []
      const file = files.find(({ PropertyFileName }) => PropertyFileName === fileName)
      if (!file) throw new JobFailure('ClientError', `step "${stepName}" has no property file "${fileName}"`)
      return propertyFileUri(described(stepName), file.OutputName, file.FilePath)
    },
  }
}

/** `pipelines-<execution>-<step>-<random>` within the 63 characters of a job name. */
export function resourceName(executionId: string, stepName: string, random: string): string {
  const room = 63 - `pipelines-${executionId}--${random}`.length
  const step = stepName
    .replaceAll('_', '-')
    .slice(0, room)
    .replace(/^-+|-+$/g, '')
  return `pipelines-${executionId}-${step === '' ? 'step' : step.replace(/-{2,}/g, '-')}-${random}`
}

function reasonOf(error: unknown): string {
  if (error instanceof FailStepError) return error.message.slice(0, REASON_LENGTH)
  if (error instanceof JobEndedError) return error.message.slice(0, REASON_LENGTH)
  return failureReasonOf(error)
}
