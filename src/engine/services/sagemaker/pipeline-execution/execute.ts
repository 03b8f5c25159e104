import { failureReasonOf, REASON_LENGTH } from '../../../runner/job-failure.ts'
import { parseDefinition } from '../pipeline/parse-definition.ts'
import { stepGraph } from '../pipeline/step-graph.ts'
import type { StepGraph } from '../pipeline/step-graph.ts'
import { SAGEMAKER_PRINCIPAL } from '../permissions.ts'
import { isClosing } from '../running.ts'
import type { Workers } from '../workers.ts'
import { executionMachine, moveExecution, stepMachine } from './machine.ts'
import { executionDefinitions, executionKey, executions, getExecution } from './record.ts'
import type { ExecutionRecord } from './record.ts'
import { readySteps } from './readiness.ts'
import { runStep } from './run-step.ts'

/** SageMaker's limit of steps at a time for a pipeline that sets none. */
const DEFAULT_PARALLEL_STEPS = 50

/** Goes on with an execution from whatever its record says, until it ends or the engine closes. */
export function startExecution(workers: Workers, execution: ExecutionRecord): void {
  workers.running.start(execution.arn, (signal) => drive(workers, execution.arn, signal))
}

/** After a restart. */
export function resumeExecutions(workers: Workers): void {
  for (const { value: execution } of executions(workers.engine).list()) {
    if (execution.status !== 'Executing' && execution.status !== 'Stopping') continue
    startExecution(workers, execution)
    if (execution.status === 'Stopping') workers.running.stop(execution.arn)
  }
}

async function drive(workers: Workers, arn: string, signal: AbortSignal): Promise<void> {
  try {
    await runSteps(workers, arn, signal)
  } catch (error) {
    if (isClosing(signal)) return
    // The definition or the role is unusable: no step is to blame, the execution itself has failed.
    if (!signal.aborted) {
      moveExecution(workers, arn, 'Failed', { failureReason: failureReasonOf(error).slice(0, REASON_LENGTH) })
      return
    }
  }
  const execution = getExecution(workers.engine, arn)
  if (executionMachine.isFinal(execution.status)) return
  if (execution.status === 'Stopping') moveExecution(workers, arn, 'Stopped')
  else if (Object.values(execution.steps).some(({ status }) => status === 'Failed')) {
    moveExecution(workers, arn, 'Failed', { failureReason: 'Step failure: One or multiple steps failed.' })
  } else moveExecution(workers, arn, 'Succeeded')
}

async function runSteps(workers: Workers, arn: string, signal: AbortSignal): Promise<void> {
  const { engine } = workers
  const execution = getExecution(engine, arn)
  const graph = stepGraph(parseDefinition(executionDefinitions(engine).get(executionKey(arn)) ?? ''))
  const principal = engine.assumeServiceRole(execution.roleArn, SAGEMAKER_PRINCIPAL, `pipelines-${execution.id}`)
  const limit = execution.parallelism?.MaxParallelExecutionSteps ?? DEFAULT_PARALLEL_STEPS
  const active = new Map<string, Promise<void>>()
  const begin = (name: string): void => {
    const step = graph.get(name)?.step
    if (!step) return
    const work = runStep({ workers, execution, graph, step, principal, signal }).finally(() => active.delete(name))
    active.set(name, work)
  }
  try {
    for (;;) {
      for (const name of nextSteps(workers, arn, graph, signal)) {
        if (active.size >= limit) break
        if (!active.has(name)) begin(name)
      }
      if (active.size === 0) return
      await Promise.race(active.values())
    }
  } finally {
    await Promise.allSettled(active.values())
  }
}

/** Steps left unfinished by an earlier engine, then those that may begin; none of the latter after a failure or stop. */
function nextSteps(workers: Workers, arn: string, graph: StepGraph, signal: AbortSignal): string[] {
  const { steps, selection } = getExecution(workers.engine, arn)
  const unfinished = Object.values(steps).filter(({ status }) => !stepMachine.isFinal(status))
  const hasFailed = Object.values(steps).some(({ status }) => status === 'Failed')
  const fresh = hasFailed || signal.aborted ? [] : readySteps(graph, steps)
  const wanted = selection ? fresh.filter((name) => selection.steps.includes(name)) : fresh
  return [...unfinished.map(({ name }) => name), ...wanted]
}
