import { randomUUID } from 'node:crypto'
import { isObject } from '../../core/json.ts'
import type { S3Folder } from './s3-folder.ts'

/** A worker's hold on one image until a time. */
export interface Claim {
  readonly taskId: string
  readonly worker: string
  readonly claimedAtMs: number
  readonly expiresAtMs: number
}

export interface HeldClaim extends Claim {
  readonly objectId: string
  /** An image has as many slots as it needs workers. */
  readonly slot: number
  /** Of the stored claim; changes with each write. */
  readonly etag: string
}

/**
 * Claims as objects: `claims/<object>/<slot>.json`, created only where there is none and changed only from the state that
 * was read, so that two servers never give one slot to two workers. A free slot is an empty object.
 */
export interface Claims {
  /** The claims that have not expired. @param objectId those of all objects without it */
  active(objectId?: string): Promise<readonly HeldClaim[]>
  /** @returns undefined when all slots are held by others */
  take(objectId: string, worker: string, slots: number, untilMs: number): Promise<HeldClaim | undefined>
  /** @returns undefined when the claim has been taken over */
  extend(claim: HeldClaim, untilMs: number): Promise<HeldClaim | undefined>
  /** Frees the slot, if it is still held by this claim. */
  free(claim: HeldClaim): Promise<void>
}

export function openClaims(folder: S3Folder, nowMs: () => number): Claims {
  const known = new Map<string, { readonly etag: string; readonly claim: Claim | undefined }>()

  const readSlots = async (prefix: string) => {
    const listed = await folder.list(`claims/${prefix}`)
    return Promise.all(
      listed.map(async ({ key, etag, sizeBytes }) => {
        const [, objectId = '', file = ''] = key.split('/')
        const slot = Number.parseInt(file, 10)
        if (sizeBytes === 0) return { objectId, slot, etag, claim: undefined }
        const before = known.get(key)
        if (before?.etag === etag) return { objectId, slot, etag, claim: before.claim }
        const found = await folder.read(key)
        const claim = readClaim(found?.value)
        known.set(key, { etag: found?.etag ?? etag, claim })
        return { objectId, slot, etag: found?.etag ?? etag, claim }
      }),
    )
  }
  const isLive = (claim: Claim | undefined): claim is Claim => claim !== undefined && claim.expiresAtMs > nowMs()
  const write = async (held: Omit<HeldClaim, 'etag'>, etag: string | undefined): Promise<HeldClaim | undefined> => {
    const { objectId, slot, ...claim } = held
    const when = etag === undefined ? ({ absent: true } as const) : { etag }
    const written = await folder.write(keyOf(objectId, slot), claim, when)
    return written === undefined ? undefined : { ...held, etag: written }
  }

  return {
    active: async (objectId) => {
      const slots = await readSlots(objectId === undefined ? '' : `${objectId}/`)
      return slots.flatMap(({ claim, ...rest }) => (isLive(claim) ? [{ ...claim, ...rest }] : []))
    },
    take: async (objectId, worker, slots, untilMs) => {
      const stored = await readSlots(`${objectId}/`)
      const own = stored.find(({ claim }) => isLive(claim) && claim.worker === worker)
      if (own?.claim) return { ...own.claim, objectId, slot: own.slot, etag: own.etag }
      for (let slot = 0; slot < slots; slot++) {
        const there = stored.find((one) => one.slot === slot)
        if (isLive(there?.claim)) continue
        const claim = { objectId, slot, taskId: randomUUID(), worker, claimedAtMs: nowMs(), expiresAtMs: untilMs }
        const held = await write(claim, there?.etag)
        if (held) return held
      }
      return undefined
    },
    extend: ({ etag, ...claim }, untilMs) => write({ ...claim, expiresAtMs: untilMs }, etag),
    free: async ({ objectId, slot, etag }) => {
      await folder.write(keyOf(objectId, slot), undefined, { etag })
    },
  }
}

const keyOf = (objectId: string, slot: number): string => `claims/${objectId}/${slot}.json`

function readClaim(value: unknown): Claim | undefined {
  if (!isObject(value)) return undefined
  const { taskId, worker, claimedAtMs, expiresAtMs } = value
  if (typeof taskId !== 'string' || typeof worker !== 'string') return undefined
  if (typeof claimedAtMs !== 'number' || typeof expiresAtMs !== 'number') return undefined
  return { taskId, worker, claimedAtMs, expiresAtMs }
}
