import { DescribePipelineExecutionCommand, StopPipelineExecutionCommand } from '@aws-sdk/client-sagemaker'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '../account.ts'
import { hasEnded, pollMsOf } from './watch-execution.ts'

/** SageMaker gives jobs two minutes to end by themselves. */
const STOP_TIMEOUT_MS = 150_000

/**
 * Stops an execution and waits until it has ended.
 *
 * @returns its last status; `Stopping` when it takes longer than two and a half minutes
 */
export async function stopExecution(account: Account, executionArn: string): Promise<string> {
  const sagemaker = await account.clients.sagemaker()
  const target = { PipelineExecutionArn: executionArn }
  await sagemaker.send(new StopPipelineExecutionCommand({ ...target, ClientRequestToken: crypto.randomUUID() }))
  const deadline = Date.now() + STOP_TIMEOUT_MS
  for (;;) {
    const execution = await sagemaker.send(new DescribePipelineExecutionCommand(target))
    const status = execution.PipelineExecutionStatus as string
    if (hasEnded(status) || Date.now() > deadline) return status
    await sleep(pollMsOf(account))
  }
}
