/** How the values of one measure are spread over a set. */
export interface Distribution {
  /** Images that have a value. */
  readonly count: number
  /** Images that have none. */
  readonly missing: number
  readonly min: number
  readonly p05: number
  readonly p10: number
  readonly p25: number
  readonly median: number
  readonly p75: number
  readonly p95: number
  readonly max: number
  readonly mean: number
  /** Standard deviation of the set itself (divided by n). */
  readonly std: number
  readonly histogram: Histogram
}

export interface Histogram {
  /** One more than `counts`; ascending. The last bin includes its upper edge. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}

const FEWEST_BINS = 8
const MOST_BINS = 40

/** @returns undefined when no value is known */
export function describeValues(
  values: readonly (number | undefined)[],
  scale: 'linear' | 'log',
): Distribution | undefined {
  const known = Float64Array.from(values.filter((value): value is number => value !== undefined)).sort()
  const count = known.length
  if (count === 0) return undefined
  const mean = known.reduce((sum, value) => sum + value, 0) / count
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
  return {
    count,
    missing: values.length - count,
    min: known[0]!,
    p05: quantile(known, 0.05),
    p10: quantile(known, 0.1),
    p25: quantile(known, 0.25),
    median: quantile(known, 0.5),
    p75: quantile(known, 0.75),
    p95: quantile(known, 0.95),
    max: known[count - 1]!,
    mean,
    std: Math.sqrt(variance),
    histogram: scale === 'log' && known[0]! > 0 ? logHistogram(known) : linearHistogram(known),
  }
}

/**
 * The value below which a share of the values lies, between two of them by proportion (type 7, as NumPy's default).
 *
 * @param sorted ascending, not empty
 */
export function quantile(sorted: Float64Array | readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!]
  return a + (b - a) * (at - low)
}

/** Bins as wide as Freedman and Diaconis advise, rounded to 1, 2, 2.5 or 5 times a power of ten and aligned to it. */
function linearHistogram(sorted: Float64Array): Histogram {
  const [low, high] = [sorted[0]!, sorted[sorted.length - 1]!]
  if (high === low) return { edges: aroundOne(low), counts: [sorted.length] }
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  const advised = spread > 0 ? Math.ceil((high - low) / ((2 * spread) / Math.cbrt(sorted.length))) : FEWEST_BINS
  const step = niceStep((high - low) / Math.min(MOST_BINS, Math.max(FEWEST_BINS, advised)))
  const first = Math.floor(low / step)
  const bins = Math.max(1, Math.ceil(high / step - 1e-9) - first)
  const edges = Array.from({ length: bins + 1 }, (_, k) => tidy((first + k) * step))
  return { edges, counts: fill(sorted, edges) }
}

/** Bins of equal ratio. */
function logHistogram(sorted: Float64Array): Histogram {
  const [low, high] = [sorted[0]!, sorted[sorted.length - 1]!]
  if (high / low < 1.0001) return { edges: aroundOne(low), counts: [sorted.length] }
  const logs = sorted.map(Math.log)
  const inner = linearHistogram(logs)
  const bins = inner.counts.length
  const ratio = (high / low) ** (1 / bins)
  const edges = Array.from({ length: bins + 1 }, (_, k) => (k === bins ? high : low * ratio ** k))
  return { edges, counts: fill(sorted, edges) }
}

function aroundOne(value: number): [number, number] {
  const half = value === 0 ? 0.5 : Math.abs(value) * 0.05
  return [value - half, value + half]
}

function fill(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length - 1 }, () => 0)
  let bin = 0
  for (const value of sorted) {
    while (bin < counts.length - 1 && value >= edges[bin + 1]!) bin++
    counts[bin]!++
  }
  return counts
}

/** The next of 1, 2, 2.5, 5 times a power of ten that is not smaller. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Without the tail that binary fractions leave: 0.30000000000000004 becomes 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
