import { setTimeout as sleep } from 'node:timers/promises'
import { StopHyperParameterTuningJobCommand, type HyperParameterTrainingJobSummary } from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import type { Account } from '../account.ts'
import { pollMsOf } from '../execution/watch-execution.ts'
import type { Reporter, Task } from '../terminal/reporter.ts'
import { shortName } from './names.ts'
import { findTuning, parametersText, valueOf, type Tuning } from './tuning-report.ts'
import { describeTraining, isOver, progressOf } from './watch-training.ts'

/** SageMaker gives jobs two minutes to end by themselves. */
const STOP_TIMEOUT_MS = 150_000

/**
 * Shows a tuning job, a line a training job and the best so far, until it has ended. An abort of the signal stops it
 * and waits for that before it rejects.
 */
export async function watchTuning(
  account: Account,
  name: string,
  most: number,
  report: Reporter,
  signal: AbortSignal,
): Promise<Tuning> {
  const sagemaker = await account.clients.sagemaker()
  const whole = report.task(`tuning ${shortName(name)}`)
  const tasks = new Map<string, Task>()
  const ended = new Set<string>()
  try {
    for (;;) {
      const tuning = await look(account, name)
      for (const trial of tuning.trials.toSorted(byName)) await show(trial)
      const best = tuning.job.BestTrainingJob
      const done = ended.size
      whole.update(
        `${done} of ${most} trials${best ? `, best ${valueOf(best)?.toFixed(4)} with ${parametersText(best)}` : ''}`,
        done / most,
      )
      if (isOver(tuning.job.HyperParameterTuningJobStatus)) {
        if (tuning.job.HyperParameterTuningJobStatus === 'Completed') whole.done(`${done} trials`)
        else whole.fail(tuning.job.FailureReason ?? tuning.job.HyperParameterTuningJobStatus)
        return tuning
      }
      await sleep(pollMsOf(account), undefined, { signal })
    }
  } catch (error) {
    if (signal.aborted) {
      whole.update('stopping')
      whole.fail(await stopTuning(account, name))
    } else whole.fail()
    throw error
  } finally {
    for (const [job, task] of tasks) if (!ended.has(job)) task.fail('no longer watched')
  }

  async function show(trial: HyperParameterTrainingJobSummary): Promise<void> {
    const job = trial.TrainingJobName as string
    if (ended.has(job)) return
    let task = tasks.get(job)
    if (!task) tasks.set(job, (task = report.task(`${shortName(job)} ${parametersText(trial)}`)))
    if (isOver(trial.TrainingJobStatus)) {
      ended.add(job)
      const value = valueOf(trial)
      const said = value === undefined ? (trial.FailureReason ?? 'no objective') : value.toFixed(4)
      if (trial.TrainingJobStatus === 'Completed') task.done(said)
      else task.fail(`${trial.TrainingJobStatus}, ${said}`)
    } else {
      const { detail, fraction } = await progressOf(account, await describeTraining(sagemaker, job))
      task.update(detail, fraction)
    }
  }
}

/** Stops a tuning job and waits until it has ended. @returns how it stands */
export async function stopTuning(account: Account, name: string): Promise<string> {
  const sagemaker = await account.clients.sagemaker()
  const statusOf = async (): Promise<string> => (await look(account, name)).job.HyperParameterTuningJobStatus as string
  if (!isOver(await statusOf())) {
    await sagemaker.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }))
  }
  const deadline = Date.now() + STOP_TIMEOUT_MS
  for (;;) {
    const status = await statusOf()
    if (isOver(status) || Date.now() > deadline) return status
    await sleep(pollMsOf(account))
  }
}

async function look(account: Account, name: string): Promise<Tuning> {
  const tuning = await findTuning(await account.clients.sagemaker(), name)
  if (tuning) return tuning
  throw new SkyloopError({ code: 'cli.no-such-tuning', message: `there is no tuning job ${shortName(name)}` })
}

const byName = (a: HyperParameterTrainingJobSummary, b: HyperParameterTrainingJobSummary): number =>
  (a.TrainingJobName ?? '') < (b.TrainingJobName ?? '') ? -1 : 1
