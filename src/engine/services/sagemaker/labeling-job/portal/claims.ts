import { failureReasonOf } from '../../../../runner/job-failure.ts'
import { failObject } from '../fail-object.ts'
import { labelingTables } from '../labeling-tables.ts'
import type { ClaimRow, ObjectRow, ObjectView } from '../labeling-tables.ts'
import { priorBoxes } from '../prior-boxes.ts'
import { labelingJobId } from '../record.ts'
import type { LabelingJobRecord } from '../record.ts'
import type { AtWork } from './at-work.ts'
import { imageOf, inputOf, isDone, kindOf, objectAt, requireWork, takesAnswers } from './at-work.ts'
import { PortalError } from './portal-error.ts'
import { imageSize } from './task-image.ts'

/** What a job tells every worker before the first task. */
export function aboutJob(job: LabelingJobRecord): object {
  const task = job.request.HumanTaskConfig
  return {
    name: job.name,
    status: job.status,
    title: task.TaskTitle,
    instructions: job.input?.instructions || task.TaskDescription,
    labels: job.input?.labels ?? [],
    kind: kindOf(job),
    workersPerObject: task.NumberOfHumanWorkersPerDataObject,
    taskTimeLimitS: task.TaskTimeLimitInSeconds,
  }
}

/** All objects in manifest order, as the worker sees them. */
export function listTasks({ workers: { engine }, job, worker }: AtWork): object[] {
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  tables.deleteExpired(id, engine.clock.now().getTime())
  const needed = job.request.HumanTaskConfig.NumberOfHumanWorkersPerDataObject
  const isOver = !takesAnswers(job)
  return tables.views(id, worker).map((view) => ({
    objectId: String(view.position),
    sourceRef: view.sourceRef,
    state: stateFor(view, needed, isOver),
  }))
}

function stateFor({ state, mine, taken }: ObjectView, needed: number, isOver: boolean): string {
  if (mine === 'answered') return 'answered'
  if (state !== 'open' || isOver) return 'closed'
  if (mine === 'claimed') return 'mine'
  if (mine === 'skipped') return 'skipped'
  return taken < needed ? 'open' : 'taken'
}

/**
 * Claims an object for the worker, durably.
 *
 * @param position the object wanted. @default one that the worker holds, else the next that needs the worker
 * @returns undefined when nothing is left for this worker now
 */
export async function claimTask(at: AtWork, position: number | undefined): Promise<object | undefined> {
  for (;;) {
    const claim = await at.workers.engine.store.batch(() => claimRow(at, position))
    if (!claim) return undefined
    const object = objectAt(at, claim.position)
    const image = object.image ?? (await measureImage(at, object))
    if (image) return describeTask(at, claim, object, image)
    // The object has failed and asks for nobody any more.
    if (position !== undefined) throw taken(`the image of object ${position} cannot be shown`)
  }
}

function claimRow(at: AtWork, position: number | undefined): ClaimRow | undefined {
  const { workers, job, worker } = at
  const { engine } = workers
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  if (position === undefined && isDone(engine, job)) return undefined
  requireWork(engine, job)
  const nowMs = engine.clock.now().getTime()
  tables.deleteExpired(id, nowMs)
  const held = tables.claimsOf(id, worker)
  const own = position === undefined ? held[0] : held.find((claim) => claim.position === position)
  if (own) return own
  const task = job.request.HumanTaskConfig
  if (position !== undefined) requireFree(at, position)
  const chosen = position ?? tables.nextFree(id, worker, task.NumberOfHumanWorkersPerDataObject)
  if (chosen === undefined) return undefined
  tables.deleteSkip(id, chosen, worker)
  const expiresMs = nowMs + task.TaskTimeLimitInSeconds * 1000
  const claim = { position: chosen, worker, taskId: engine.ids.uuid(), claimedMs: nowMs, expiresMs }
  tables.insertClaim(id, claim)
  return claim
}

/** @throws PortalError `label.object-taken` unless this worker may have the object now */
function requireFree(at: AtWork, position: number): void {
  const { workers, job, worker } = at
  const tables = labelingTables(workers.engine.store)
  const id = labelingJobId(job.name)
  const object = objectAt(at, position)
  if (tables.answer(id, position, worker)) throw taken(`${worker} has answered object ${position} already`)
  if (object.state !== 'open') throw taken(`object ${position} asks for nobody now: it is ${object.state}`)
  const needed = job.request.HumanTaskConfig.NumberOfHumanWorkersPerDataObject
  if (tables.takenBy(id, position) >= needed)
    throw taken(`object ${position} has its ${needed} worker(s) at the moment`)
}

const taken = (message: string): PortalError => new PortalError(409, 'label.object-taken', message)

/** @returns undefined when the image cannot be shown, which fails the object */
async function measureImage(
  { workers: { engine, notices }, job }: AtWork,
  object: ObjectRow,
): Promise<ObjectRow['image']> {
  try {
    const image = await imageSize(imageOf(engine, job, object))
    labelingTables(engine.store).setImage(labelingJobId(job.name), object.position, image)
    return image
  } catch (error) {
    failObject(engine, job, object.position, failureReasonOf(error))
    notices.changed(job.arn)
    return undefined
  }
}

function describeTask(
  { workers: { engine }, job, worker }: AtWork,
  claim: ClaimRow,
  object: ObjectRow,
  { width, height }: NonNullable<ObjectRow['image']>,
): object {
  const { labels, priorAttribute } = inputOf(job)
  const draft = labelingTables(engine.store).draft(labelingJobId(job.name), object.position, worker)
  const line = priorAttribute === undefined ? {} : (JSON.parse(object.line) as Record<string, unknown>)
  return {
    taskId: claim.taskId,
    objectId: String(object.position),
    sourceRef: object.sourceRef,
    worker,
    kind: kindOf(job),
    labels,
    proposals: priorAttribute === undefined ? [] : priorBoxes(line, priorAttribute, undefined),
    image: { width, height },
    ...(draft !== undefined && { draft: JSON.parse(draft) as unknown }),
    expiresAt: new Date(claim.expiresMs).toISOString(),
  }
}
