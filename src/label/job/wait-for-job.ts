import { setTimeout as sleep } from 'node:timers/promises'
import type { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { describeJob, isOver, type LabelingJob } from './describe-job.ts'

export interface WaitOptions {
  readonly pollMs: number
  readonly signal: AbortSignal
  /** After each look. */
  readonly onLook?: (job: LabelingJob) => void
}

/** Asks until the job is as wanted, or has ended. @throws the signal's reason */
export async function waitForJob(
  sagemaker: SageMakerClient,
  name: string,
  isWanted: (job: LabelingJob) => boolean,
  { pollMs, signal, onLook }: WaitOptions,
): Promise<LabelingJob> {
  for (;;) {
    const job = await describeJob(sagemaker, name)
    onLook?.(job)
    if (isWanted(job) || isOver(job)) return job
    await sleep(pollMs, undefined, { signal })
  }
}
