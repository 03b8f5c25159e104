import type { LabelingJobStatus } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { stateMachine } from '../state-machine.ts'
import { tagMap } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { labelCounters } from './counters.ts'
import { labelingJobId, labelingJobs } from './record.ts'
import type { LabelingJobRecord } from './record.ts'

export const labelingMachine = stateMachine<LabelingJobStatus>('labeling job', {
  Initializing: {
    InProgress: 'the manifest, the label categories and the template are read, and its objects recorded',
    Failed: 'one of its files cannot be read, or makes no sense',
    Stopping: 'StopLabelingJob',
  },
  InProgress: {
    Completed: 'no object waits for workers any more, and the outputs are stored',
    Failed: 'every object failed, outputs cannot be stored, or 30 days have passed',
    Stopping: 'StopLabelingJob, or a stopping condition is met',
  },
  Stopping: { Stopped: 'the outputs are stored', Failed: 'the outputs cannot be stored' },
  Completed: {},
  Failed: {},
  Stopped: {},
})

/** Changes the status, with its event, in one transaction, and wakes whoever waits for it. */
export function moveLabelingJob(
  workers: Workers,
  name: string,
  to: LabelingJobStatus,
  facts: Partial<Pick<LabelingJobRecord, 'failureReason' | 'input' | 'ending'>> = {},
): LabelingJobRecord {
  const { engine } = workers
  const moved = engine.store.transaction(() => {
    const now = engine.clock.now()
    const job = labelingJobs(engine).update(labelingJobId(name), (old) => {
      labelingMachine.check(name, old.status, to)
      const ended = labelingMachine.isFinal(to) ? { endedAt: now } : {}
      return { ...old, ...facts, ...ended, status: to, modifiedAt: now }
    })
    if (!job) throw internalError(`labeling job ${name} vanished`)
    publishLabelingState(workers, job)
    return job
  })
  workers.notices.changed(moved.arn)
  return moved
}

export function publishLabelingState({ engine }: Workers, job: LabelingJobRecord): void {
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Ground Truth Labeling Job State Change',
    resources: [job.arn],
    detail: {
      LabelingJobStatus: job.status,
      LabelingJobName: job.name,
      LabelingJobArn: job.arn,
      LabelCounters: labelCounters(engine, job),
      FailureReason: job.failureReason,
      CreationTime: job.createdAt.getTime(),
      LastModifiedTime: job.modifiedAt.getTime(),
      Tags: tagMap(engine, job.arn),
    },
  })
}
