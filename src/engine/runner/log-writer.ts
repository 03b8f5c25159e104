import type { Clock } from '../../core/clock.ts'
import type { LogSink } from '../services/logs/sink.ts'

const FLUSH_MS = 200
const FLUSH_LINES = 500

/** Collects a process's lines and appends them to one log stream in batches. */
export interface LogWriter {
  write(line: string): void
  /** Appends what is left. */
  close(): void
}

export function createLogWriter(sink: LogSink, clock: Clock, group: string, stream: string): LogWriter {
  let lines: { timeMs: number; message: string }[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (lines.length === 0) return
    const batch = lines
    lines = []
    sink.append(group, stream, batch)
  }
  return {
    write: (message) => {
      lines.push({ timeMs: clock.now().getTime(), message })
      if (lines.length >= FLUSH_LINES) flush()
      else timer ??= setTimeout(flush, FLUSH_MS)
    },
    close: flush,
  }
}
