import {
  DescribeProcessingJobCommand,
  StopProcessingJobCommand,
  type DescribeProcessingJobCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessingWait {
  /** Time between two looks, in ms. */
  readonly pollMs: number
  /** Aborting stops the job as well: it was started for this wait. */
  readonly signal?: AbortSignal
  readonly onPoll?: (job: DescribeProcessingJobCommandOutput) => Promise<void> | void
}

/** Waits until a processing job has ended, however it ends. */
export async function waitForProcessingJob(
  client: SageMakerClient,
  name: string,
  options: ProcessingWait,
): Promise<DescribeProcessingJobCommandOutput> {
  try {
    for (;;) {
      options.signal?.throwIfAborted()
      const job = await client.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }))
      if (job.ProcessingJobStatus !== 'InProgress' && job.ProcessingJobStatus !== 'Stopping') return job
      await options.onPoll?.(job)
      await sleep(options.pollMs, undefined, { signal: options.signal })
    }
  } catch (error) {
    if (options.signal?.aborted) await client.send(new StopProcessingJobCommand({ ProcessingJobName: name }))
    throw error
  }
}
