import {
  DescribePipelineExecutionCommand,
  DescribeTrainingJobCommand,
  type DescribePipelineExecutionCommandOutput,
  type PipelineExecutionStep,
} from '@aws-sdk/client-sagemaker'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '../account.ts'
import type { Reporter, Task } from '../terminal/reporter.ts'
import { lastLines } from './job-logs.ts'
import { jobOf, listSteps, stepSummary, type StepJob } from './steps.ts'
import { trainingState } from './training-progress.ts'

export interface WatchedExecution {
  readonly execution: DescribePipelineExecutionCommandOutput
  readonly steps: readonly PipelineExecutionStep[]
}

/** Time between two looks: the engine is near and free, the cloud is neither. */
export const pollMsOf = (account: Account): number => (account.connection.place === 'engine' ? 300 : 5000)

const ENDED = new Set(['Succeeded', 'Failed', 'Stopped'])

export const hasEnded = (status: string | undefined): boolean => status !== undefined && ENDED.has(status)

/** Shows an execution's steps as they go, until it has ended. */
export async function watchExecution(
  account: Account,
  executionArn: string,
  report: Reporter,
  signal: AbortSignal,
): Promise<WatchedExecution> {
  const sagemaker = await account.clients.sagemaker()
  const tasks = new Map<string, Task>()
  const ended = new Set<string>()
  const progress = progressReader(account)
  try {
    for (;;) {
      signal.throwIfAborted()
      const execution = await sagemaker.send(
        new DescribePipelineExecutionCommand({ PipelineExecutionArn: executionArn }),
      )
      const steps = await listSteps(sagemaker, executionArn)
      for (const step of steps) {
        const name = step.StepName as string
        if (ended.has(name) || step.StepStatus === undefined) continue
        let task = tasks.get(name)
        if (!task) tasks.set(name, (task = report.task(name)))
        if (hasEnded(step.StepStatus)) {
          ended.add(name)
          if (step.StepStatus === 'Succeeded') task.done(stepSummary(step))
          else task.fail(`${step.StepStatus}. ${stepSummary(step)}`)
        } else {
          await progress(step, task)
        }
      }
      if (hasEnded(execution.PipelineExecutionStatus)) return { execution, steps }
      await sleep(pollMsOf(account), undefined, { signal })
    }
  } finally {
    for (const [name, task] of tasks) if (!ended.has(name)) task.fail('no longer watched')
  }
}

/** Tells how far a running step is, from its job's log. */
function progressReader(account: Account): (step: PipelineExecutionStep, task: Task) => Promise<void> {
  const epochsOf = new Map<string, number>()
  const epochs = async (job: StepJob): Promise<number | undefined> => {
    const known = epochsOf.get(job.name)
    if (known !== undefined) return known
    const sagemaker = await account.clients.sagemaker()
    const described = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: job.name }))
    const total = Number(described.HyperParameters?.['epochs'])
    if (Number.isFinite(total)) epochsOf.set(job.name, total)
    return Number.isFinite(total) ? total : undefined
  }
  return async (step, task) => {
    const job = jobOf(step)
    if (!job) return
    const lines = await lastLines(await account.clients.logs(), job.kind, job.name, 20)
    const last = lines.at(-1)?.message ?? ''
    if (job.kind === 'processing') return task.update(last)
    const state = trainingState(
      lines.map((line) => line.message),
      await epochs(job),
    )
    task.update(state.detail, state.fraction)
  }
}
