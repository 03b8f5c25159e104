import type { TimestampFormat } from './shape.ts'

/** Reads a date in any of the wire's formats: epoch seconds, ISO 8601, HTTP date. @returns undefined when it is none */
export function parseTimestamp(value: unknown): Date | undefined {
  const date =
    typeof value === 'number'
      ? new Date(value * 1000)
      : typeof value === 'string'
        ? new Date(/^-?\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : value)
        : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}

export function formatTimestamp(date: Date, format: TimestampFormat): string | number {
  switch (format) {
    case 'date-time':
      return date.toISOString().replace('.000Z', 'Z')
    case 'http-date':
      return date.toUTCString()
    case 'epoch-seconds':
      return date.getTime() / 1000
  }
}
