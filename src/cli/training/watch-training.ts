import { setTimeout as sleep } from 'node:timers/promises'
import {
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import type { Account } from '../account.ts'
import { lastLines, openLog } from '../execution/job-logs.ts'
import { trainingState } from '../execution/training-progress.ts'
import { pollMsOf } from '../execution/watch-execution.ts'
import type { Task } from '../terminal/reporter.ts'
import { isMissing } from './missing.ts'
import { shortName } from './names.ts'

/** SageMaker gives a job two minutes to end by itself. */
const STOP_TIMEOUT_MS = 150_000

/** @throws SkyloopError `cli.no-such-training` */
export async function describeTraining(
  client: SageMakerClient,
  name: string,
): Promise<DescribeTrainingJobCommandOutput> {
  try {
    return await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new SkyloopError({
      code: 'cli.no-such-training',
      message: `there is no training ${shortName(name)}`,
      hint: 'run `skyloop train list`',
    })
  }
}

export const isOver = (status: string | undefined): boolean => status !== 'InProgress' && status !== 'Stopping'

/** What a running job last said, as a step of a progress bar. */
export async function progressOf(
  account: Account,
  job: DescribeTrainingJobCommandOutput,
): Promise<{ readonly detail: string; readonly fraction?: number | undefined }> {
  const name = job.TrainingJobName as string
  if (job.SecondaryStatus !== 'Training') return { detail: (job.SecondaryStatus ?? '').toLowerCase() }
  const lines = await lastLines(await account.clients.logs(), 'training', name, 20)
  const epochs = Number(job.HyperParameters?.['epochs'] ?? Number.NaN)
  return trainingState(
    lines.map((line) => line.message),
    Number.isFinite(epochs) ? epochs : undefined,
  )
}

/**
 * Shows a training job until it has ended. An abort of the signal stops the job and waits for it, so that its
 * checkpoint is kept, before it rejects.
 *
 * @param print gets every line of the job's log where lines are wanted rather than a bar
 */
export async function watchTraining(
  account: Account,
  name: string,
  task: Task,
  signal: AbortSignal,
  print?: (line: string) => void,
): Promise<DescribeTrainingJobCommandOutput> {
  const sagemaker = await account.clients.sagemaker()
  const log = openLog(await account.clients.logs(), 'training', name)
  for (;;) {
    const job = await describeTraining(sagemaker, name)
    if (print) for (const { message } of await log.read()) print(message)
    if (isOver(job.TrainingJobStatus)) return job
    const { detail, fraction } = await progressOf(account, job)
    task.update(detail, fraction)
    try {
      await sleep(pollMsOf(account), undefined, { signal })
    } catch (error) {
      task.update('stopping; its checkpoint is kept')
      await stopTraining(account, name)
      throw error
    }
  }
}

/** Stops a job and waits until it has ended. @returns how it stands, `Stopping` when it takes very long */
export async function stopTraining(account: Account, name: string): Promise<string> {
  const sagemaker = await account.clients.sagemaker()
  try {
    await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }))
  } catch (error) {
    const { TrainingJobStatus } = await describeTraining(sagemaker, name)
    if (!isOver(TrainingJobStatus)) throw error
    return TrainingJobStatus as string
  }
  const deadline = Date.now() + STOP_TIMEOUT_MS
  for (;;) {
    const { TrainingJobStatus: status } = await describeTraining(sagemaker, name)
    if (isOver(status) || Date.now() > deadline) return status as string
    await sleep(pollMsOf(account))
  }
}
