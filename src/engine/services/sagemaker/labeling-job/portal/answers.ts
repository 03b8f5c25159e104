import { messageOf } from '../../../../../core/errors.ts'
import { BOX_LIMIT, readAnswer } from '../../../../../core/labelling/worker-answer.ts'
import type { WorkerAnswer } from '../../../../../core/labelling/worker-answer.ts'
import { jobLog } from '../job-log.ts'
import { labelingTables } from '../labeling-tables.ts'
import type { ClaimRow } from '../labeling-tables.ts'
import { labelingJobId } from '../record.ts'
import type { AtWork } from './at-work.ts'
import { inputOf, kindOf, objectAt, requireWork } from './at-work.ts'
import { badRequest, claimLost, PortalError } from './portal-error.ts'

/** Longest reason for skipping an image, in characters. */
const REASON_LIMIT = 500

/**
 * Takes an answer. When this resolves it is on disk, and no crash loses it; until then it may be given again.
 *
 * @throws PortalError `label.answer` (422) when it does not fit; `label.claim-lost`; `label.work-over`
 */
export async function submitAnswer(at: AtWork, taskId: string, given: unknown): Promise<void> {
  const { workers, job, worker } = at
  const { engine } = workers
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  const claimNow = tables.claim(id, taskId)
  const done = tables.answerOfTask(id, worker, taskId)
  const position = done?.position ?? (claimNow?.worker === worker ? claimNow.position : undefined)
  if (position === undefined) throw claimLost()
  const content = JSON.stringify(fitting(at, position, given))
  await engine.store.batch(() => {
    const before = tables.answerOfTask(id, worker, taskId)
    if (before) {
      // The client did not hear that it was taken.
      if (before.content === content) return
      throw new PortalError(409, 'label.answered', 'another answer was taken under this claim already')
    }
    requireWork(engine, job)
    const claim = liveClaim(at, taskId)
    tables.insertAnswer(id, {
      position: claim.position,
      worker,
      taskId,
      acceptedMs: claim.claimedMs,
      submittedMs: engine.clock.now().getTime(),
      content,
    })
    tables.deleteClaim(id, taskId)
    tables.deleteDraft(id, claim.position, worker)
  })
  jobLog(engine, job.name, `${worker} answered object ${position}`)
  workers.notices.changed(job.arn)
}

function fitting(at: AtWork, position: number, given: unknown): WorkerAnswer {
  const { image } = objectAt(at, position)
  const { labels } = inputOf(at.job)
  try {
    return readAnswer(given, {
      kind: kindOf(at.job),
      labels,
      ...(image && { image: { width: image.width, height: image.height } }),
    })
  } catch (error) {
    throw new PortalError(422, 'label.answer', messageOf(error))
  }
}

/** @throws PortalError `label.claim-lost` */
function liveClaim({ workers: { engine }, job, worker }: AtWork, taskId: string): ClaimRow {
  const claim = labelingTables(engine.store).claim(labelingJobId(job.name), taskId)
  if (claim?.worker !== worker || claim.expiresMs <= engine.clock.now().getTime()) throw claimLost()
  return claim
}

/** When the claim ends. A job's time limit cannot be made longer. */
export function claimEnd(at: AtWork, taskId: string): Date {
  return new Date(liveClaim(at, taskId).expiresMs)
}

/** Durable when it resolves. Boxes are kept as they are: a draft may be unfinished. */
export async function saveDraft(at: AtWork, taskId: string, boxes: unknown): Promise<void> {
  const { workers, job, worker } = at
  if (!Array.isArray(boxes) || boxes.length > BOX_LIMIT) {
    throw badRequest(`a draft is {"boxes": [...]} with at most ${BOX_LIMIT} boxes`)
  }
  await workers.engine.store.batch(() => {
    const claim = liveClaim(at, taskId)
    labelingTables(workers.engine.store).putDraft(
      labelingJobId(job.name),
      claim.position,
      worker,
      JSON.stringify(boxes),
    )
  })
}

/** The worker declines the object; another may take it. */
export async function skipTask(at: AtWork, taskId: string, reason: unknown): Promise<void> {
  const { workers, job, worker } = at
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > REASON_LIMIT) {
    throw badRequest(`skipping needs a "reason" of 1 to ${REASON_LIMIT} characters`)
  }
  const tables = labelingTables(workers.engine.store)
  const id = labelingJobId(job.name)
  const position = await workers.engine.store.batch(() => {
    const claim = liveClaim(at, taskId)
    tables.putSkip(id, claim.position, worker, reason.trim())
    tables.deleteClaim(id, taskId)
    return claim.position
  })
  jobLog(workers.engine, job.name, `${worker} skipped object ${position}: ${reason.trim()}`)
}

/** Gives the claim back; giving back what has ended changes nothing. */
export async function releaseTask(at: AtWork, taskId: string): Promise<void> {
  const { workers, job, worker } = at
  const tables = labelingTables(workers.engine.store)
  const id = labelingJobId(job.name)
  await workers.engine.store.batch(() => {
    if (tables.claim(id, taskId)?.worker === worker) tables.deleteClaim(id, taskId)
  })
}

/** JSON of the worker's own answer to an object, if there is one. */
export function ownAnswer({ workers: { engine }, job, worker }: AtWork, position: number): string | undefined {
  return labelingTables(engine.store).answer(labelingJobId(job.name), position, worker)?.content
}
