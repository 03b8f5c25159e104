import type { Engine } from '../../../../engine.ts'
import type { StoredObject } from '../../../s3/object-store.ts'
import { SAGEMAKER_PRINCIPAL } from '../../permissions.ts'
import type { Workers } from '../../workers.ts'
import { labelingTables } from '../labeling-tables.ts'
import type { ObjectRow } from '../labeling-tables.ts'
import { getLabelingJob, labelingJobId } from '../record.ts'
import type { LabelingInput, LabelingJobRecord } from '../record.ts'
import { roleObject } from '../role-objects.ts'
import { taskKindOf } from '../task-type.ts'
import type { TaskKind } from '../task-type.ts'
import { notFound, workOver } from './portal-error.ts'

/** A worker at one job. */
export interface AtWork {
  readonly workers: Workers
  readonly job: LabelingJobRecord
  readonly worker: string
}

export function takesAnswers(job: LabelingJobRecord): boolean {
  return job.status === 'InProgress' && job.ending === undefined
}

/** Whether every object has its label: then nothing is left, which is no error. */
export function isDone(engine: Engine, { name }: LabelingJobRecord): boolean {
  const { status, ending } = getLabelingJob(engine, name)
  return status === 'Completed' || ending?.status === 'Completed'
}

/** Asked again where an answer is about to be stored. @throws PortalError `label.work-over` */
export function requireWork(engine: Engine, { name }: LabelingJobRecord): void {
  const job = getLabelingJob(engine, name)
  if (!takesAnswers(job)) throw workOver(name, job.status)
}

/** @throws PortalError while the job has not read its files */
export function inputOf(job: LabelingJobRecord): LabelingInput {
  if (!job.input) throw workOver(job.name, job.status)
  return job.input
}

/** The request has been checked when the job was created. */
export function kindOf({ request }: LabelingJobRecord): TaskKind {
  return taskKindOf(request.HumanTaskConfig.PreHumanTaskLambdaArn ?? '', 'PRE') ?? 'annotation'
}

/** @throws PortalError when the job has no such object */
export function objectAt({ workers: { engine }, job }: AtWork, position: number): ObjectRow {
  const object = labelingTables(engine.store).object(labelingJobId(job.name), position)
  if (!object) throw notFound(`object ${position} in the labeling job ${job.name}`)
  return object
}

/** The image behind an object, as far as the job's role may read it. @throws AwsError, JobFailure */
export function imageOf(engine: Engine, job: LabelingJobRecord, object: ObjectRow): StoredObject {
  const role = engine.assumeServiceRole(job.request.RoleArn, SAGEMAKER_PRINCIPAL, 'SageMaker')
  return roleObject(engine, role, object.sourceRef)
}
