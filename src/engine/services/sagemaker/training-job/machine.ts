import type { SecondaryStatus, TrainingJobStatus } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { tuningTrials } from '../hyper-parameter-tuning-job/trial-record.ts'
import { stateMachine } from '../state-machine.ts'
import { tagMap } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { trainingJobs } from './record.ts'
import type { TrainingJobRecord } from './record.ts'

export const trainingMachine = stateMachine<TrainingJobStatus>('training job', {
  InProgress: {
    Completed: 'the process exited with 0 and the model is stored',
    Failed: 'the process exited with another status, or could not be given its inputs or outputs',
    Stopping: 'StopTrainingJob, or its time is up',
  },
  Stopping: {
    Stopped: 'the process has ended and what it left is stored',
    Failed: 'what it left could not be stored',
  },
  Completed: {},
  Failed: {},
  Stopped: {},
  Deleting: {},
})

/** The secondary statuses that this engine gives; the rest of SageMaker's belong to clusters and warm pools. */
type Phase =
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Interrupted'
  | 'Stopping'
  | 'Completed'
  | 'Failed'
  | 'Stopped'
  | 'MaxRuntimeExceeded'

const COMMON = {
  Interrupted: 'the engine died or was closed',
  Failed: 'a step failed',
  Stopping: 'StopTrainingJob',
} as const

const phases = stateMachine<Phase>('training job', {
  Starting: { ...COMMON, Downloading: 'a slot is free' },
  Downloading: { ...COMMON, Training: 'inputs are in place' },
  Training: { ...COMMON, Uploading: 'the process has ended' },
  Uploading: {
    ...COMMON,
    Completed: 'the model is stored',
    Stopped: 'what it left is stored',
    MaxRuntimeExceeded: 'what it left is stored',
  },
  Interrupted: { Starting: 'the engine is back', Stopping: 'it was stopping before' },
  Stopping: { Uploading: 'the process has ended', Stopped: 'nothing had started', Failed: 'a step failed' },
  Completed: {},
  Failed: {},
  Stopped: {},
  MaxRuntimeExceeded: {},
})

const MESSAGES: Readonly<Record<Phase, string>> = {
  Starting: 'Starting the training job',
  Downloading: 'Downloading input data',
  Training: 'Training in-progress',
  Uploading: 'Uploading generated training model',
  Interrupted: 'The engine was interrupted; the job goes on from its checkpoints',
  Stopping: 'Stopping the training job',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
}

const STATUS_OF_PHASE: Partial<Readonly<Record<Phase, TrainingJobStatus>>> = {
  Stopping: 'Stopping',
  Completed: 'Completed',
  Failed: 'Failed',
  Stopped: 'Stopped',
  MaxRuntimeExceeded: 'Stopped',
}

/** Changes the secondary status, and the status where that follows, with its event, and wakes whoever waits for it. */
export function moveTrainingJob(
  workers: Workers,
  name: string,
  to: Phase,
  facts: Partial<Pick<TrainingJobRecord, 'failureReason' | 'metrics' | 'modelUri'>> = {},
): TrainingJobRecord {
  const { engine } = workers
  const moved = engine.store.transaction(() => {
    const now = engine.clock.now()
    const job = trainingJobs(engine).update(name, (old) => {
      phases.check(name, old.secondaryStatus as Phase, to)
      const status = STATUS_OF_PHASE[to] ?? old.status
      if (status !== old.status) trainingMachine.check(name, old.status, status)
      return {
        ...old,
        ...facts,
        status,
        secondaryStatus: to,
        modifiedAt: now,
        transitions: [
          ...closed(old, to === 'Interrupted' ? (old.aliveAt ?? old.modifiedAt) : now),
          begun(to, now, facts),
        ],
        startedAt: old.startedAt ?? (to === 'Downloading' ? now : undefined),
        ...(trainingMachine.isFinal(status) ? { endedAt: now } : {}),
        ...(to === 'Training' ? {} : { process: undefined, aliveAt: undefined }),
      }
    })
    if (!job) throw internalError(`training job ${name} vanished`)
    publishTrainingState(workers, job)
    return job
  })
  tellOfTrainingJob(workers, moved)
  return moved
}

/** Wakes whoever waits for a job, its tuning job included. */
export function tellOfTrainingJob({ engine, notices }: Workers, job: TrainingJobRecord): void {
  notices.changed(job.arn)
  const trial = tuningTrials(engine).get(job.name)
  if (trial) notices.changed(trial.tuningArn)
}

/** The transitions with the open one ended. */
function closed(job: TrainingJobRecord, at: Date): TrainingJobRecord['transitions'] {
  return job.transitions.map((each) => (each.EndTime ? each : { ...each, EndTime: at }))
}

export function begun(phase: Phase, now: Date, facts: { failureReason?: string } = {}) {
  const isLast = ['Completed', 'Failed', 'Stopped', 'MaxRuntimeExceeded'].includes(phase)
  return {
    Status: phase as SecondaryStatus,
    StartTime: now,
    ...(isLast ? { EndTime: now } : {}),
    StatusMessage: facts.failureReason ?? MESSAGES[phase],
  }
}

export function publishTrainingState({ engine }: Workers, job: TrainingJobRecord): void {
  const { request } = job
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Training Job State Change',
    resources: [job.arn],
    detail: {
      TrainingJobName: job.name,
      TrainingJobArn: job.arn,
      TrainingJobStatus: job.status,
      SecondaryStatus: job.secondaryStatus,
      FailureReason: job.failureReason,
      HyperParameters: request.HyperParameters,
      AlgorithmSpecification: request.AlgorithmSpecification,
      RoleArn: request.RoleArn,
      InputDataConfig: request.InputDataConfig,
      OutputDataConfig: request.OutputDataConfig,
      ResourceConfig: request.ResourceConfig,
      StoppingCondition: request.StoppingCondition,
      ModelArtifacts: job.modelUri === undefined ? undefined : { S3ModelArtifacts: job.modelUri },
      CreationTime: job.createdAt.getTime(),
      TrainingStartTime: job.startedAt?.getTime(),
      TrainingEndTime: job.endedAt?.getTime(),
      LastModifiedTime: job.modifiedAt.getTime(),
      Tags: tagMap(engine, job.arn),
    },
  })
}
