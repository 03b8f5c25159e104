import type { Engine } from '../../engine.ts'
import { internalError, messageOf } from '../../../core/errors.ts'
import { openLogStore, type LogLine } from './log-store.ts'
import type { LogSink } from './sink.ts'

/** Lines wait at most this long before they are in the database: one disk sync then serves all of them. */
const FLUSH_AFTER_MS = 25
/** So many waiting lines are written at once, without waiting. */
const FLUSH_AT_LINES = 2000
const RETRY_AFTER_MS = 1000
/** Beyond it memory is at risk, and whoever writes is told. */
const MAX_WAITING_LINES = 1_000_000
const EXPIRE_EVERY_MS = 3_600_000
/** CloudWatch's limit for one event, less its 26 bytes of overhead. */
const MAX_MESSAGE_BYTES = 262_144 - 26

/** A sink with a buffer to empty before the database closes. */
export interface BufferedLogSink extends LogSink {
  /** Writes what waits. Readers call it first, so that nobody misses a line that was appended. */
  flush(): void
  start(): void
  stop(): void
}

/**
 * The log port of the engine's other services. Lines of many jobs are gathered and written in one transaction; a crash
 * can lose the last {@link FLUSH_AFTER_MS} milliseconds of log lines, and nothing else.
 */
export function createLogSink(engine: Pick<Engine, 'store' | 'clock' | 'log'>): BufferedLogSink {
  const logs = openLogStore(engine.store)
  const waiting = new Map<string, { group: string; stream: string; lines: LogLine[] }>()
  let waitingLines = 0
  let timer: NodeJS.Timeout | undefined
  let retrying = false
  let expiry: NodeJS.Timeout | undefined

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    retrying = false
    if (waitingLines === 0) return
    const batch = [...waiting.values()]
    const nowMs = engine.clock.now().getTime()
    engine.store.transaction(() => {
      for (const { group, stream, lines } of batch) {
        logs.createGroup(group, nowMs, {})
        logs.createStream(group, stream, nowMs)
        const row = logs.stream(group, stream)
        if (row) logs.append(row.id, lines, nowMs)
      }
    })
    // Forgotten only once written: after a full disk the next flush tries again.
    waiting.clear()
    waitingLines = 0
  }

  /** Lines that cannot be written, on a full disk for example, are kept and tried again. */
  const tryFlush = (): void => {
    try {
      flush()
    } catch (error) {
      engine.log.error('log lines could not be written; they are tried again', { cause: messageOf(error) })
      retrying = true
      flushAfter(RETRY_AFTER_MS)
    }
  }

  const flushAfter = (delayMs: number): void => {
    timer ??= setTimeout(tryFlush, delayMs)
    timer.unref()
  }

  const sink: BufferedLogSink = {
    append: (group, stream, lines) => {
      if (lines.length === 0) return
      const id = `${group}\n${stream}`
      let entry = waiting.get(id)
      if (!entry) waiting.set(id, (entry = { group, stream, lines: [] }))
      for (const line of lines) entry.lines.push({ timeMs: line.timeMs, message: bounded(line.message) })
      waitingLines += lines.length
      if (waitingLines > MAX_WAITING_LINES) throw internalError(`${waitingLines} log lines could not be written`)
      // A timer that already waits for a retry is left to do its work.
      if (waitingLines >= FLUSH_AT_LINES && !retrying) tryFlush()
      else flushAfter(FLUSH_AFTER_MS)
    },
    flush,
    start: () => {
      expiry ??= setInterval(() => logs.expire(engine.clock.now().getTime()), EXPIRE_EVERY_MS)
      expiry.unref()
    },
    stop: () => {
      clearInterval(expiry)
      expiry = undefined
      try {
        flush()
      } catch (error) {
        // Closing goes on: the rest of the engine must be closed in order whatever becomes of log lines.
        engine.log.error('log lines are lost', { lines: waitingLines, cause: messageOf(error) })
      }
    },
  }
  sinks.set(engine.store, sink)
  return sink
}

const sinks = new WeakMap<Engine['store'], BufferedLogSink>()

/** Empties the buffer of the sink that writes to this engine's store, if there is one. */
export function flushLogs(engine: Pick<Engine, 'store'>): void {
  sinks.get(engine.store)?.flush()
}

function bounded(message: string): string {
  return Buffer.byteLength(message) <= MAX_MESSAGE_BYTES
    ? message
    : Buffer.from(message).subarray(0, MAX_MESSAGE_BYTES).toString('utf8')
}
