import { Readable } from 'node:stream'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { type BoxAnswer, type LabelledBox, readAnswer } from '../../core/labelling/worker-answer.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { type HeldClaim, openClaims } from './claims.ts'
import { earlierBoxes } from './earlier-boxes.ts'
import type { ManifestEntry } from './input-manifest.ts'
import type { ManifestWork } from './manifest-work.ts'
import { reaching, type S3Folder } from './s3-folder.ts'
import { checkWorker, openAnswers, type StoredAnswers } from './stored-answers.ts'
import type { LabellingTask, LabellingWork, TaskSource, TaskSummary } from './task-source.ts'

/** A reason why an image was not labelled. */
export interface Skip {
  readonly objectId: string
  readonly worker: string
  readonly reason: string
}

/** Tasks from a manifest in S3, without a Ground Truth job. Several servers may work on one at the same time. */
export interface ManifestSource extends TaskSource {
  readonly about: LabellingWork
  readonly work: ManifestWork
  readonly entries: readonly ManifestEntry[]
  readonly answers: StoredAnswers
  skips(): Promise<readonly Skip[]>
}

export interface ManifestSourceOptions {
  readonly s3: S3Client
  /** Where claims, drafts and answers are kept, and the output manifest goes. */
  readonly folder: S3Folder
  readonly work: ManifestWork
  readonly entries: readonly ManifestEntry[]
  readonly nowMs: () => number
}

/** Largest image that is handed on. */
const IMAGE_LIMIT_BYTES = 200_000_000
const REASON_LIMIT = 500

export function openManifestSource(options: ManifestSourceOptions): ManifestSource {
  const { s3, folder, work, entries, nowMs } = options
  const kind = work.adjusts === undefined ? 'annotation' : 'adjustment'
  const rules = { kind, labels: work.labels } as const
  const answers = openAnswers(folder, rules)
  const claims = openClaims(folder, nowMs)
  const held = new Map<string, HeldClaim>()
  const until = (): number => nowMs() + work.taskTimeLimitS * 1000

  const entryOf = (objectId: string): ManifestEntry => {
    const entry = /^\d+$/.test(objectId) ? entries[Number(objectId)] : undefined
    if (entry) return entry
    throw new SkyloopError({
      code: 'label.no-such-object',
      message: `there is no object "${objectId}"; the manifest has ${entries.length} images`,
    })
  }
  const heldBy = (task: LabellingTask): HeldClaim => {
    const claim = held.get(task.taskId)
    if (claim) return claim
    throw claimLost(task)
  }
  const skipNames = async (): Promise<{ objectId: string; worker: string; key: string }[]> =>
    (await folder.list('skips/')).map(({ key }) => {
      const [, objectId = '', file = ''] = key.split('/')
      return { objectId, worker: file.replace(/\.json$/, ''), key }
    })

  const list = async (worker: string): Promise<readonly TaskSummary[]> => {
    const [answered, active, skipped] = await Promise.all([answers.names(), claims.active(), skipNames()])
    const workersOf = group(answered)
    const claimsOf = group(active)
    const skipsOf = group(skipped)
    return entries.map(({ sourceRef }, index) => {
      const objectId = String(index)
      const done = workersOf.get(objectId) ?? []
      const busy = (claimsOf.get(objectId) ?? []).filter((one) => !done.includes(one))
      const state = done.includes(worker)
        ? 'answered'
        : skipsOf.get(objectId)?.includes(worker)
          ? 'skipped'
          : done.length >= work.workersPerObject
            ? 'closed'
            : busy.includes(worker)
              ? 'mine'
              : done.length + busy.length >= work.workersPerObject
                ? 'taken'
                : 'open'
      return { objectId, sourceRef, state } as const
    })
  }

  /** Takes a slot, and gives it back when an answer or another claim came in between. */
  const tryClaim = async (worker: string, objectId: string): Promise<LabellingTask | undefined> => {
    const claim = await claims.take(objectId, worker, work.workersPerObject, until())
    if (!claim) return undefined
    const [answered, active, skipped] = await Promise.all([
      answers.names(objectId),
      claims.active(objectId),
      folder.list(`skips/${objectId}/${worker}.json`),
    ])
    const done = answered.map((one) => one.worker)
    const busy = active.map((one) => one.worker).filter((one) => one !== worker && !done.includes(one))
    const isOver = done.includes(worker) || skipped.length > 0
    if (isOver || done.length + busy.length >= work.workersPerObject) {
      await claims.free(claim)
      return undefined
    }
    held.set(claim.taskId, claim)
    return toTask(claim)
  }

  const toTask = async (claim: HeldClaim): Promise<LabellingTask> => {
    const { sourceRef, line } = entryOf(claim.objectId)
    const draft = await readDraft(folder, draftKey(claim))
    return {
      taskId: claim.taskId,
      objectId: claim.objectId,
      sourceRef,
      worker: claim.worker,
      kind,
      labels: work.labels,
      proposals: work.adjusts === undefined ? [] : earlierBoxes(line, work.adjusts, work.labels),
      ...(draft === undefined ? {} : { draft }),
      expiresAt: new Date(claim.expiresAtMs),
    }
  }

  return {
    work,
    entries,
    answers,
    about: {
      title: work.title,
      instructions: work.instructions,
      labels: work.labels,
      kind,
      workersPerObject: work.workersPerObject,
      taskTimeLimitS: work.taskTimeLimitS,
    },
    list,
    claim: async (worker, objectId) => {
      checkWorker(worker)
      if (objectId !== undefined) {
        entryOf(objectId)
        const task = await tryClaim(worker, objectId)
        if (task) return task
        throw new SkyloopError({
          code: 'label.object-taken',
          message: `object ${objectId} is not open to ${worker} any more`,
          hint: 'take another one',
        })
      }
      const summaries = await list(worker)
      const wanted = [
        ...summaries.filter(({ state }) => state === 'mine'),
        ...summaries.filter(({ state }) => state === 'open'),
      ]
      for (const one of wanted) {
        const task = await tryClaim(worker, one.objectId)
        if (task) return task
      }
      return undefined
    },
    renew: async (task) => {
      const claim = await claims.extend(heldBy(task), until())
      if (!claim) throw claimLost(task)
      held.set(task.taskId, claim)
      return new Date(claim.expiresAtMs)
    },
    saveDraft: async (task, boxes) => {
      await folder.write(draftKey(task), { boxes })
    },
    submit: async (task, answer) => {
      const checked = readAnswer(answer, task.image ? { ...rules, image: task.image } : rules) as BoxAnswer
      const claim = held.get(task.taskId)
      // Also when the time was over: an answer that was given is not thrown away.
      const acceptedAtMs = claim?.claimedAtMs ?? task.expiresAt.getTime() - work.taskTimeLimitS * 1000
      const { objectId, worker } = task
      await answers.add({ objectId, worker, acceptedAtMs, submittedAtMs: nowMs(), answer: checked })
      held.delete(task.taskId)
      if (claim) await claims.free(claim)
    },
    skip: async (task, reason) => {
      const { objectId, worker } = task
      await folder.write(`skips/${objectId}/${worker}.json`, {
        reason: reason.slice(0, REASON_LIMIT),
        at: new Date(nowMs()).toISOString(),
      })
      const claim = held.get(task.taskId)
      held.delete(task.taskId)
      if (claim) await claims.free(claim)
    },
    release: async (task) => {
      const claim = held.get(task.taskId)
      held.delete(task.taskId)
      if (claim) await claims.free(claim)
    },
    image: async (objectId, signal) => {
      const { sourceRef } = entryOf(objectId)
      const { bucket, key } = parseS3Uri(sourceRef)
      const object = await reaching(() =>
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), signal ? { abortSignal: signal } : {}),
      )
      const sizeBytes = object.ContentLength ?? 0
      if (sizeBytes > IMAGE_LIMIT_BYTES || !(object.Body instanceof Readable)) {
        if (object.Body instanceof Readable) object.Body.destroy()
        throw new SkyloopError({
          code: 'label.image-size',
          message: `${sourceRef} has ${sizeBytes} bytes; the most that is shown is ${IMAGE_LIMIT_BYTES}`,
        })
      }
      const body = Readable.toWeb(object.Body) as ReadableStream<Uint8Array>
      return { contentType: imageType(key), sizeBytes, body }
    },
    answerOf: async (worker, objectId) => {
      entryOf(objectId)
      const name = (await answers.names(objectId)).find((one) => one.worker === worker)
      return name && (await answers.read(name)).answer
    },
    skips: async () =>
      Promise.all(
        (await skipNames()).map(async ({ objectId, worker, key }) => {
          const found = (await folder.read(key))?.value
          const reason = isObject(found) && typeof found['reason'] === 'string' ? found['reason'] : ''
          return { objectId, worker, reason }
        }),
      ),
  }
}

const draftKey = ({ objectId, worker }: { readonly objectId: string; readonly worker: string }): string =>
  `drafts/${objectId}/${worker}.json`

async function readDraft(folder: S3Folder, key: string): Promise<readonly LabelledBox[] | undefined> {
  const found = (await folder.read(key))?.value
  return isObject(found) && Array.isArray(found['boxes']) ? (found['boxes'] as unknown as LabelledBox[]) : undefined
}

function claimLost(task: LabellingTask): SkyloopError {
  return new SkyloopError({
    code: 'label.claim-lost',
    message: `the claim of ${task.worker} on object ${task.objectId} has ended`,
    hint: 'claim it again; the draft is there',
  })
}

function group(named: readonly { readonly objectId: string; readonly worker: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { objectId, worker } of named) {
    const there = groups.get(objectId)
    if (!there) groups.set(objectId, [worker])
    else if (!there.includes(worker)) there.push(worker)
  }
  return groups
}

/** By suffix: what a bucket says of an object's type is often wrong, and a browser must not be led to see a page in it. */
function imageType(key: string): string {
  const suffix = /\.([a-z0-9]+)$/i.exec(key)?.[1]?.toLowerCase()
  return IMAGE_TYPES[suffix ?? ''] ?? 'application/octet-stream'
}

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
}
