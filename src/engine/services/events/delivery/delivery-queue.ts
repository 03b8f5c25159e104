import type { Engine } from '../../../engine.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { codeOf, messageOf } from '../../../../core/errors.ts'

/** One message on its way to one receiver. */
export interface Delivery<T> {
  /** The same at every attempt, so that a receiver can recognise a repetition. */
  readonly id: string
  readonly payload: T
  readonly createdMs: number
  /** Attempts made before this one. */
  readonly attempts: number
}

export interface RetryPolicy {
  readonly maxAttempts: number
  readonly maxAgeMs: number
}

export interface DeliveryQueueOptions<T> {
  /** Name of the queue; queues share a table. */
  readonly name: string
  /**
   * Does the work once; throws to be tried again, or not when {@link isFinal} says that trying is no use. `stopping`
   * fires when the engine stops: an attempt that ends then counts for nothing and is made again after the start.
   */
  deliver(delivery: Delivery<T>, stopping: AbortSignal): Promise<void>
  retryPolicy(payload: T): RetryPolicy
  /** Called once for a message that is given up. */
  failed(delivery: Delivery<T>, reason: string): void
}

/**
 * Messages that outlive the process: each is a row until it has been delivered, or given up after its retries.
 * Delivery is at least once. Nothing polls: a message is tried in the tick after it was added, a retry when it is due.
 */
export interface DeliveryQueue<T> {
  /** Durable when it returns; joins the caller's transaction, so a message exists exactly when its cause does. */
  add(payload: T): void
  /** Takes up what an earlier process left behind, and works from now on. */
  start(): void
  /** Begins no further attempts, breaks off those in flight and waits for their end. */
  stop(): Promise<void>
  /** Messages not yet delivered nor given up. */
  pending(): number
  /** Messages that were given up, newest first, with the reason. */
  failures(): { readonly id: string; readonly payload: T; readonly attempts: number; readonly reason: string }[]
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS delivery (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, payload TEXT NOT NULL, created_ms INTEGER NOT NULL,
    next_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT, failed INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS delivery_due ON delivery (queue, failed, next_ms);
`
const MAX_IN_FLIGHT = 8
const FIRST_RETRY_MS = 500
const LONGEST_WAIT_MS = 15 * 60_000
/** Failures kept for a person to read. */
const FAILURES_KEPT = 1000

type Row = Record<string, number | string | null>

export function createDeliveryQueue<T>(
  engine: Pick<Engine, 'store' | 'clock' | 'ids' | 'log'>,
  options: DeliveryQueueOptions<T>,
): DeliveryQueue<T> {
  const { store, clock, ids, log } = engine
  const db = store.database
  db.exec(SCHEMA)
  const insert = db.prepare('INSERT INTO delivery (id, queue, payload, created_ms, next_ms) VALUES (?, ?, ?, ?, ?)')
  const due = db.prepare(
    'SELECT * FROM delivery WHERE queue = ? AND failed = 0 AND next_ms <= ? ORDER BY next_ms, id LIMIT ?',
  )
  const next = db.prepare('SELECT min(next_ms) AS next FROM delivery WHERE queue = ? AND failed = 0 AND next_ms > ?')
  const retry = db.prepare('UPDATE delivery SET attempts = ?, next_ms = ?, reason = ? WHERE id = ?')
  const giveUp = db.prepare('UPDATE delivery SET attempts = ?, failed = 1, reason = ? WHERE id = ?')
  const forget = db.prepare(`DELETE FROM delivery WHERE queue = ?1 AND failed = 1 AND id NOT IN
    (SELECT id FROM delivery WHERE queue = ?1 AND failed = 1 ORDER BY created_ms DESC LIMIT ?2)`)
  const remove = db.prepare('DELETE FROM delivery WHERE id = ?')
  const count = db.prepare('SELECT count(*) AS n FROM delivery WHERE queue = ? AND failed = 0')
  const failed = db.prepare('SELECT * FROM delivery WHERE queue = ? AND failed = 1 ORDER BY created_ms DESC, id')

  const inFlight = new Map<string, Promise<void>>()
  let running = false
  let stopping = new AbortController()
  let immediate: NodeJS.Immediate | undefined
  let timer: NodeJS.Timeout | undefined

  const wake = (): void => {
    if (!running) return
    immediate ??= setImmediate(() => {
      immediate = undefined
      try {
        pump()
      } catch (error) {
        log.error('a delivery queue could not be read; it is tried again', {
          queue: options.name,
          cause: messageOf(error),
        })
        setTimeout(wake, 1000).unref()
      }
    })
  }

  const pump = (): void => {
    clearTimeout(timer)
    if (!running) return
    const nowMs = clock.now().getTime()
    // Rows in flight are still due; reading that many more keeps every slot busy.
    for (const row of due.all(options.name, nowMs, MAX_IN_FLIGHT + inFlight.size) as Row[]) {
      const id = String(row['id'])
      if (inFlight.size >= MAX_IN_FLIGHT) return
      if (!inFlight.has(id)) {
        inFlight.set(
          id,
          attempt(row).finally(() => {
            inFlight.delete(id)
            wake()
          }),
        )
      }
    }
    const later = (next.get(options.name, nowMs) as Row)['next']
    if (typeof later === 'number') {
      timer = setTimeout(wake, Math.min(Math.max(later - nowMs, 1), LONGEST_WAIT_MS))
      timer.unref()
    }
  }

  const attempt = async (row: Row): Promise<void> => {
    const delivery: Delivery<T> = {
      id: String(row['id']),
      payload: JSON.parse(String(row['payload'])) as T,
      createdMs: Number(row['created_ms']),
      attempts: Number(row['attempts']),
    }
    try {
      await options.deliver(delivery, stopping.signal)
      remove.run(delivery.id)
    } catch (error) {
      if (stopping.signal.aborted) return
      try {
        afterFailure(delivery, error)
      } catch (worse) {
        // The row is as it was: the attempt is repeated.
        log.error('a failed delivery could not be recorded', { queue: options.name, cause: messageOf(worse) })
      }
    }
  }

  const afterFailure = (delivery: Delivery<T>, error: unknown): void => {
    const attempts = delivery.attempts + 1
    const nowMs = clock.now().getTime()
    const policy = options.retryPolicy(delivery.payload)
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** delivery.attempts, LONGEST_WAIT_MS)
    const reason = `${codeOf(error) ?? 'Error'}: ${messageOf(error)}`
    const over = attempts >= policy.maxAttempts || nowMs + waitMs - delivery.createdMs > policy.maxAgeMs
    if (!over && !isFinal(error)) {
      retry.run(attempts, nowMs + waitMs, reason, delivery.id)
      log.warn('a delivery failed and will be tried again', { queue: options.name, id: delivery.id, attempts, reason })
      return
    }
    giveUp.run(attempts, reason, delivery.id)
    forget.run(options.name, FAILURES_KEPT)
    log.error('a delivery was given up', { queue: options.name, id: delivery.id, attempts, reason })
    options.failed({ ...delivery, attempts }, reason)
  }

  return {
    add: (payload) => {
      const nowMs = clock.now().getTime()
      // Ids sort by time, so that deliveries of one millisecond keep their order.
      insert.run(
        `${String(nowMs).padStart(15, '0')}-${ids.uuid()}`,
        options.name,
        JSON.stringify(payload),
        nowMs,
        nowMs,
      )
      wake()
    },
    start: () => {
      running = true
      if (stopping.signal.aborted) stopping = new AbortController()
      wake()
    },
    stop: async () => {
      running = false
      stopping.abort()
      clearImmediate(immediate)
      immediate = undefined
      clearTimeout(timer)
      await Promise.all(inFlight.values())
    },
    pending: () => Number((count.get(options.name) as Row)['n']),
    failures: () =>
      (failed.all(options.name) as Row[]).map((row) => ({
        id: String(row['id']),
        payload: JSON.parse(String(row['payload'])) as T,
        attempts: Number(row['attempts']),
        reason: String(row['reason']),
      })),
  }
}

/** The receiver refused for a reason that time does not change: not allowed, not there, not valid. */
function isFinal(error: unknown): boolean {
  return error instanceof AwsError && error.status < 500 && !/Throttl|TooMany|LimitExceeded|Conflict/.test(error.code)
}
