import type { PipelineExecutionStatus, StepStatus } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { stateMachine } from '../state-machine.ts'
import type { Workers } from '../workers.ts'
import { executionKey, executions } from './record.ts'
import type { ExecutionRecord, StepRecord } from './record.ts'
import { stepMetadata } from './step-metadata.ts'

export const executionMachine = stateMachine<PipelineExecutionStatus>('pipeline execution', {
  Executing: {
    Succeeded: 'every step that could start has succeeded',
    Failed: 'a step failed and those running have ended',
    Stopping: 'StopPipelineExecution',
  },
  Stopping: { Stopped: 'every running step has ended' },
  // Only RetryPipelineExecution leads out of these.
  Failed: { Executing: 'RetryPipelineExecution' },
  Stopped: { Executing: 'RetryPipelineExecution' },
  Succeeded: {},
})

export const stepMachine = stateMachine<StepStatus>('pipeline step', {
  Starting: {
    Executing: 'its arguments are known',
    Succeeded: 'an earlier result was taken over',
    Failed: 'its arguments could not be evaluated',
    Stopped: 'StopPipelineExecution',
  },
  Executing: {
    Succeeded: 'its work is done',
    Failed: 'its work failed',
    Stopping: 'StopPipelineExecution',
    Stopped: 'StopPipelineExecution',
  },
  Stopping: { Stopped: 'its work has ended', Succeeded: 'its work was done already', Failed: 'its work failed' },
  Succeeded: {},
  Failed: {},
  Stopped: {},
})

/** Changes the status of an execution, with its event, in one transaction. */
export function moveExecution(
  workers: Workers,
  arn: string,
  to: PipelineExecutionStatus,
  facts: Partial<Pick<ExecutionRecord, 'failureReason' | 'steps' | 'retryToken'>> = {},
): ExecutionRecord {
  const { engine } = workers
  const moved = engine.store.transaction(() => {
    const now = engine.clock.now()
    const before = executions(engine).get(executionKey(arn))
    const execution = executions(engine).update(executionKey(arn), (old) => {
      executionMachine.check(arn, old.status, to)
      const endedAt = to === 'Executing' || to === 'Stopping' ? undefined : now
      return { ...old, ...facts, status: to, modifiedAt: now, endedAt }
    })
    if (!execution) throw internalError(`pipeline execution ${arn} vanished`)
    publishExecutionState(workers, execution, before?.status)
    return execution
  })
  workers.notices.changed(arn)
  return moved
}

export function publishExecutionState(
  { engine }: Workers,
  execution: ExecutionRecord,
  previous: PipelineExecutionStatus | undefined,
): void {
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Building Pipeline Execution Status Change',
    resources: [execution.pipelineArn, execution.arn],
    detail: {
      pipelineArn: execution.pipelineArn,
      pipelineExecutionArn: execution.arn,
      pipelineExecutionDisplayName: execution.displayName,
      pipelineExecutionDescription: execution.description,
      currentPipelineExecutionStatus: execution.status,
      previousPipelineExecutionStatus: previous,
      executionStartTime: execution.createdAt.toISOString(),
      executionEndTime: execution.endedAt?.toISOString(),
    },
  })
}

/** Records a step that begins or is begun anew. */
export function putStep(workers: Workers, arn: string, step: StepRecord, previous?: StepStatus): void {
  const { engine } = workers
  engine.store.transaction(() => {
    const execution = executions(engine).update(executionKey(arn), (old) => ({
      ...old,
      modifiedAt: engine.clock.now(),
      steps: { ...old.steps, [step.name]: step },
    }))
    if (!execution) throw internalError(`pipeline execution ${arn} vanished`)
    if (step.status !== previous) publishStepState(workers, execution, step, previous)
  })
  workers.notices.changed(arn)
}

/** Changes a step; a change of its status must be declared above and is an event. */
export function changeStep(
  workers: Workers,
  arn: string,
  name: string,
  change: Partial<Omit<StepRecord, 'name' | 'type'>>,
): StepRecord {
  const { engine } = workers
  return engine.store.transaction(() => {
    const old = executions(engine).get(executionKey(arn))?.steps[name]
    if (!old) throw internalError(`step ${name} of ${arn} has not begun`)
    const to = change.status ?? old.status
    if (to !== old.status) stepMachine.check(`${name} of ${arn}`, old.status, to)
    const endedAt = stepMachine.isFinal(to) ? engine.clock.now() : undefined
    const step: StepRecord = { ...old, ...change, endedAt }
    putStep(workers, arn, step, old.status)
    return step
  })
}

function publishStepState(
  { engine }: Workers,
  execution: ExecutionRecord,
  step: StepRecord,
  previous: StepStatus | undefined,
): void {
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Building Pipeline Execution Step Status Change',
    resources: [execution.pipelineArn, execution.arn],
    detail: {
      pipelineArn: execution.pipelineArn,
      pipelineExecutionArn: execution.arn,
      pipelineExecutionDisplayName: execution.displayName,
      stepName: step.name,
      stepType: step.type,
      currentStepStatus: step.status,
      previousStepStatus: previous,
      stepStartTime: step.startedAt.toISOString(),
      stepEndTime: step.endedAt?.toISOString(),
      failureReason: step.failureReason,
      cacheHitResult: step.cacheHitFrom === undefined ? undefined : { sourcePipelineExecutionArn: step.cacheHitFrom },
      metadata: lowerCamel(stepMetadata(engine, step)),
    },
  })
}

/** Events spell members `processingJob.arn` where the API has `ProcessingJob.Arn`. */
function lowerCamel(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), lowerCamel(inner)]),
  )
}
