import type { HyperParameterTuningJobStatus } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { stateMachine } from '../state-machine.ts'
import { tagMap } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { tuningJobs } from './record.ts'
import type { TuningJobRecord } from './record.ts'
import { objectiveCounters, statusCounters, trialsOf } from './trials.ts'

export const tuningMachine = stateMachine<HyperParameterTuningJobStatus>('hyperparameter tuning job', {
  InProgress: {
    Completed: 'every training job has ended, or a completion criterion is met',
    Failed: 'no training job gave the objective metric, or one could not be launched',
    Stopping: 'StopHyperParameterTuningJob',
  },
  Stopping: { Stopped: 'every training job has ended' },
  Completed: {},
  Failed: {},
  Stopped: {},
  Deleting: {},
  DeleteFailed: {},
})

/** Changes the status, with its event, in one transaction, and wakes whoever waits for it. */
export function moveTuningJob(
  workers: Workers,
  name: string,
  to: HyperParameterTuningJobStatus,
  facts: Pick<TuningJobRecord, 'failureReason'> = {},
): TuningJobRecord {
  const { engine } = workers
  const moved = engine.store.transaction(() => {
    const now = engine.clock.now()
    const job = tuningJobs(engine).update(name, (old) => {
      tuningMachine.check(name, old.status, to)
      return {
        ...old,
        ...facts,
        status: to,
        modifiedAt: now,
        ...(tuningMachine.isFinal(to) ? { endedAt: now } : {}),
      }
    })
    if (!job) throw internalError(`tuning job ${name} vanished`)
    publishTuningState(workers, job)
    return job
  })
  workers.notices.changed(moved.arn)
  return moved
}

export function publishTuningState({ engine }: Workers, job: TuningJobRecord): void {
  const trials = trialsOf(engine, job)
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker HyperParameter Tuning Job State Change',
    resources: [job.arn],
    detail: {
      HyperParameterTuningJobName: job.name,
      HyperParameterTuningJobArn: job.arn,
      HyperParameterTuningJobStatus: job.status,
      FailureReason: job.failureReason,
      HyperParameterTuningJobConfig: job.request.HyperParameterTuningJobConfig,
      TrainingJobDefinition: job.request.TrainingJobDefinition,
      TrainingJobStatusCounters: statusCounters(trials),
      ObjectiveStatusCounters: objectiveCounters(trials),
      CreationTime: job.createdAt.getTime(),
      HyperParameterTuningEndTime: job.endedAt?.getTime(),
      LastModifiedTime: job.modifiedAt.getTime(),
      Tags: tagMap(engine, job.arn),
    },
  })
}
