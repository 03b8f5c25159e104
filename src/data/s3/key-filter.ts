import picomatch from 'picomatch'
import type { Entry } from './entry.ts'

/** Which files or objects are meant; all of them by default. */
export interface FilterOptions {
  /** Globs, one of which must match: `*` within a folder, `**` across; one without a slash is for the file name. */
  readonly include?: readonly string[]
  /** Globs, none of which may match. */
  readonly exclude?: readonly string[]
  /** Endings, e.g. `.jpg`, upper or lower case. */
  readonly suffixes?: readonly string[]
  readonly minSizeBytes?: number
  readonly maxSizeBytes?: number
  /** Milliseconds since 1970; not older than this. */
  readonly modifiedSinceMs?: number
}

export interface EntryFilter {
  /** By name alone. What this leaves out is never touched, neither read nor deleted. */
  readonly wantsKey: (key: string) => boolean
  /** By name, size and time. */
  readonly wants: (entry: Entry) => boolean
}

export const EVERYTHING: EntryFilter = { wantsKey: () => true, wants: () => true }

export function keyFilter(options: FilterOptions): EntryFilter {
  const globs = (patterns: readonly string[] = []): ((key: string) => boolean)[] =>
    patterns.map((pattern) => {
      const matches = picomatch(pattern, { dot: true, basename: !pattern.includes('/'), windows: false })
      return (key) => matches(key)
    })
  const [included, excluded] = [globs(options.include), globs(options.exclude)]
  const suffixes = options.suffixes?.map((suffix) => suffix.toLowerCase())
  const wantsKey = (key: string): boolean =>
    (included.length === 0 || included.some((matches) => matches(key))) &&
    !excluded.some((matches) => matches(key)) &&
    (suffixes === undefined || suffixes.some((suffix) => key.toLowerCase().endsWith(suffix)))
  return {
    wantsKey,
    wants: ({ key, sizeBytes, modifiedMs }) =>
      sizeBytes >= (options.minSizeBytes ?? 0) &&
      sizeBytes <= (options.maxSizeBytes ?? Number.POSITIVE_INFINITY) &&
      modifiedMs >= (options.modifiedSinceMs ?? Number.NEGATIVE_INFINITY) &&
      wantsKey(key),
  }
}
