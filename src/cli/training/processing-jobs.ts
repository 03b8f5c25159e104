import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateProcessingJobCommand,
  DescribeProcessingJobCommand,
  StopProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  type DescribeProcessingJobCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import type { Account } from '../account.ts'
import type { Context } from '../command.ts'
import { lastLines } from '../execution/job-logs.ts'
import { pollMsOf } from '../execution/watch-execution.ts'
import { asTask, type Task } from '../terminal/reporter.ts'
import { isMissing } from './missing.ts'

/**
 * Shows a processing job until it has ended. Ctrl-C stops it.
 *
 * @param job what to create, or the name of one that there is
 * @returns what the job says about its result
 * @throws SkyloopError `cli.processing` when it ends otherwise than completed
 */
export async function processed(
  context: Context,
  account: Account,
  job: CreateProcessingJobCommandInput | string,
  label: string,
): Promise<string> {
  const sagemaker = await account.clients.sagemaker()
  if (typeof job !== 'string') await sagemaker.send(new CreateProcessingJobCommand(job))
  const name = typeof job === 'string' ? job : (job.ProcessingJobName as string)
  return asTask(context.report, label, (task) => watch(context, account, name, task), String)
}

async function watch(context: Context, account: Account, name: string, task: Task): Promise<string> {
  const sagemaker = await account.clients.sagemaker()
  for (;;) {
    const job = await describeProcessing(sagemaker, name)
    const status = job?.ProcessingJobStatus
    if (status === 'Completed') return job?.ExitMessage ?? ''
    if (status !== 'InProgress' && status !== 'Stopping') {
      const reason = job?.FailureReason ?? 'no reason is given'
      throw new SkyloopError({ code: 'cli.processing', message: `the job ${name} ended as ${status}: ${reason}` })
    }
    const [last] = await lastLines(await account.clients.logs(), 'processing', name, 1)
    task.update(last?.message ?? 'waiting to begin')
    try {
      await sleep(pollMsOf(account), undefined, { signal: context.signal })
    } catch (error) {
      await sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: name }))
      throw error
    }
  }
}

/** Undefined when there is no such job. */
export async function describeProcessing(
  client: SageMakerClient,
  name: string,
): Promise<DescribeProcessingJobCommandOutput | undefined> {
  try {
    return await client.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
