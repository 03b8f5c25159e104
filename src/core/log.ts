/** Severity from least to most. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** One JSON object a line, to `write`; fields named like secrets are masked. */
export function jsonLog(write: (line: string) => void, threshold: LogLevel, now: () => Date): Log {
  const at = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(threshold)) return
    write(JSON.stringify({ time: now().toISOString(), level, message, ...fields }, mask))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

function mask(key: string, value: unknown): unknown {
  return /secret|token|password|authorization|signature/i.test(key) && typeof value === 'string' ? '***' : value
}
