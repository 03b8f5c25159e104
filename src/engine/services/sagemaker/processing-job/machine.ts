import type { ProcessingJobStatus } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { stateMachine } from '../state-machine.ts'
import { tagMap } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { processingJobs } from './record.ts'
import type { ProcessingJobRecord } from './record.ts'

export const processingMachine = stateMachine<ProcessingJobStatus>('processing job', {
  InProgress: {
    Completed: 'the process exited with 0 and its outputs are stored',
    Failed: 'the process exited with another status, or could not be given its inputs or outputs',
    Stopping: 'StopProcessingJob, or its time is up',
  },
  Stopping: { Stopped: 'the process has ended' },
  Completed: {},
  Failed: {},
  Stopped: {},
})

/** Changes the status, with its event, in one transaction, and wakes whoever waits for it. */
export function moveProcessingJob(
  workers: Workers,
  name: string,
  to: ProcessingJobStatus,
  facts: Partial<Pick<ProcessingJobRecord, 'failureReason' | 'exitMessage'>> = {},
): ProcessingJobRecord {
  const { engine } = workers
  const moved = engine.store.transaction(() => {
    const now = engine.clock.now()
    const job = processingJobs(engine).update(name, (old) => {
      processingMachine.check(name, old.status, to)
      const ended = processingMachine.isFinal(to) ? { endedAt: now, process: undefined } : {}
      return { ...old, ...facts, ...ended, status: to, modifiedAt: now }
    })
    if (!job) throw internalError(`processing job ${name} vanished`)
    publishProcessingState(workers, job)
    return job
  })
  workers.notices.changed(moved.arn)
  return moved
}

export function publishProcessingState({ engine }: Workers, job: ProcessingJobRecord): void {
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Processing Job State Change',
    resources: [job.arn],
    detail: {
      ProcessingJobName: job.name,
      ProcessingJobArn: job.arn,
      ProcessingJobStatus: job.status,
      FailureReason: job.failureReason,
      ExitMessage: job.exitMessage,
      RoleArn: job.request.RoleArn,
      AppSpecification: job.request.AppSpecification,
      CreationTime: job.createdAt.getTime(),
      ProcessingStartTime: job.startedAt?.getTime(),
      ProcessingEndTime: job.endedAt?.getTime(),
      LastModifiedTime: job.modifiedAt.getTime(),
      Tags: tagMap(engine, job.arn),
    },
  })
}
