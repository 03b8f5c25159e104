import type { FilterOptions } from '../../../data/s3/key-filter.ts'
import type { OptionSpec } from '../../command.ts'
import { UsageError } from '../../failure.ts'

/** What commander makes of {@link FILTER_OPTIONS}. */
export interface FilterValues {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly suffix?: readonly string[]
  readonly minSize?: number
  readonly maxSize?: number
  readonly since?: number
}

/** Options that choose among files or objects, the same for every command that lists. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--include <glob>',
    description: 'only these; may be repeated; * within a folder, ** across, without a slash: the file name',
    parse: several,
  },
  { flags: '--exclude <glob>', description: 'not these; may be repeated', parse: several },
  { flags: '--suffix <ending>', description: 'only names that end so, e.g. .jpg; may be repeated', parse: several },
  { flags: '--min-size <size>', description: 'only from this size, e.g. 100KiB', parse: size('--min-size') },
  { flags: '--max-size <size>', description: 'only up to this size', parse: size('--max-size') },
  { flags: '--since <time>', description: 'only what changed since, e.g. 2026-05-01 or 7d', parse: since('--since') },
]

export function filterOf(values: FilterValues): FilterOptions {
  return {
    ...(values.include && { include: values.include }),
    ...(values.exclude && { exclude: values.exclude }),
    ...(values.suffix && { suffixes: values.suffix }),
    ...(values.minSize !== undefined && { minSizeBytes: values.minSize }),
    ...(values.maxSize !== undefined && { maxSizeBytes: values.maxSize }),
    ...(values.since !== undefined && { modifiedSinceMs: values.since }),
  }
}

/** Collects an option that may be given again and again. */
function several(text: string, previous: unknown): string[] {
  if (text === '') throw new UsageError({ code: 'cli.option', message: 'an empty pattern matches nothing' })
  return [...((previous as string[] | undefined) ?? []), text]
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
}

/** Reads `1.5MiB`, `200KB` or a number of bytes. */
function size(name: string): (text: string) => number {
  return (text) => {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
    const factor = UNITS[unit?.toLowerCase() ?? '?']
    if (digits === undefined || factor === undefined) {
      throw new UsageError({
        code: 'cli.option',
        message: `${name} is a size such as 500, 200KB or 1.5MiB, not "${text}"`,
      })
    }
    return Math.round(Number(digits) * factor)
  }
}

const PERIOD_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Reads a date, or a time ago such as `12h`. */
function since(name: string): (text: string) => number {
  return (text) => {
    const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? []
    if (count !== undefined) return Date.now() - Number(count) * (PERIOD_MS[unit as string] as number)
    const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
    if (Number.isNaN(time)) {
      throw new UsageError({
        code: 'cli.option',
        message: `${name} is a date such as 2026-05-01 or 2026-05-01T10:00:00Z, or a time ago such as 30m, 12h, 7d or 2w, not "${text}"`,
      })
    }
    return time
  }
}

/** Reads `90s`, `15m`, `12h` or `7d` as seconds. */
export function seconds(name: string): (text: string) => number {
  return (text) => {
    const [, count, unit = 's'] = /^(\d+)([smhd])?$/.exec(text) ?? []
    if (count === undefined) {
      throw new UsageError({
        code: 'cli.option',
        message: `${name} is a time such as 90s, 15m, 12h or 7d, not "${text}"`,
      })
    }
    return Number(count) * ((PERIOD_MS[unit] ?? 1000) / 1000)
  }
}
