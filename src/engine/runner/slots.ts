import { internalError } from '../../core/errors.ts'

export interface SlotRequest {
  /** Slots held while running; more than the host has counts as all of them. */
  readonly slots: number
  /** At most one holder of a lane runs at a time. */
  readonly lane?: string
  /** Aborting gives up a request that still waits. */
  readonly signal: AbortSignal
}

/** A bounded number of slots, given in order of request. */
export interface Slots {
  readonly total: number
  /** @returns release, to be called once. @throws the signal's reason when aborted while waiting */
  acquire(request: SlotRequest): Promise<() => void>
}

/**
 * First come, first served, with one exception: a request that waits for its lane does not hold up those behind it.
 * A request that waits for slots does, so that a wide job is never starved by narrow ones.
 */
export function createSlots(total: number): Slots {
  let free = total
  const busyLanes = new Set<string>()
  const waiting: { need: number; lane: string | undefined; start: () => void }[] = []

  const give = (): void => {
    for (let i = 0; i < waiting.length;) {
      const next = waiting[i] as (typeof waiting)[number]
      if (next.lane !== undefined && busyLanes.has(next.lane)) {
        i++
        continue
      }
      if (next.need > free) return
      waiting.splice(i, 1)
      free -= next.need
      if (next.lane !== undefined) busyLanes.add(next.lane)
      next.start()
    }
  }

  return {
    total,
    acquire: ({ slots, lane, signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error)
        const need = Math.min(slots, total)
        let released = false
        const release = (): void => {
          if (released) throw internalError('slots released twice')
          released = true
          free += need
          if (lane !== undefined) busyLanes.delete(lane)
          give()
        }
        const abandon = (): void => {
          const at = waiting.indexOf(entry)
          if (at >= 0) waiting.splice(at, 1)
          reject(signal.reason as Error)
          give()
        }
        const entry = {
          need,
          lane,
          start: () => {
            signal.removeEventListener('abort', abandon)
            resolve(release)
          },
        }
        signal.addEventListener('abort', abandon, { once: true })
        waiting.push(entry)
        give()
      }),
  }
}

const SIZES: Readonly<Record<string, number>> = { nano: 1, micro: 1, small: 1, medium: 1, large: 1, xlarge: 1 }

/** Slots of an instance type: one up to `xlarge`, n for `nxlarge`; `ml.g5.12xlarge` asks for 12. */
export function slotsOfInstanceType(instanceType: string): number {
  const size = instanceType.split('.').at(-1) ?? ''
  return SIZES[size] ?? Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? 1)
}
