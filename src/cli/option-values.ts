import { UsageError } from './failure.ts'

/** Reads a whole number of an option. @throws UsageError `cli.option` naming what is allowed */
export function integer(name: string, low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `at least ${low}` : `from ${low} to ${high}`
      throw new UsageError({ code: 'cli.option', message: `${name} is a whole number ${range}, not "${text}"` })
    }
    return value
  }
}

export function decimal(name: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < low || value > high) {
      throw new UsageError({ code: 'cli.option', message: `${name} is a number from ${low} to ${high}, not "${text}"` })
    }
    return value
  }
}

/** Collects `--param key=value`, given as often as wanted, into one record. */
export function keyValue(name: string): (text: string, previous: unknown) => Record<string, string> {
  return (text, previous) => {
    const equals = text.indexOf('=')
    if (equals <= 0) throw new UsageError({ code: 'cli.option', message: `${name} is key=value, not "${text}"` })
    return { ...(previous as Record<string, string> | undefined), [text.slice(0, equals)]: text.slice(equals + 1) }
  }
}
