import { cdfOf, type KllSketch, shareAt } from './kll-sketch.ts'

/** `Simple` compares as is; `Robust` subtracts what chance alone explains at the given sample sizes. */
export type ComparisonMethod = 'Simple' | 'Robust'

/**
 * Weight of the small-sample correction, for which two samples of one distribution differ by chance once in about 300.
 *
 * @source deequ `analyzers/Distance.scala`
 */
const ROBUST_FACTOR = 1.8

/** Largest difference of two cumulative distributions, 0..1 (the Kolmogorov-Smirnov distance). */
export function numericDistance(a: KllSketch, b: KllSketch): number {
  const left = cdfOf(a)
  const right = cdfOf(b)
  let distance = 0
  for (const x of [...left.values, ...right.values]) {
    distance = Math.max(distance, Math.abs(shareAt(left, x) - shareAt(right, x)))
  }
  return distance
}

/** Largest difference of two categories' shares, 0..1. */
export function categoricalDistance(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, n) => sum + n, 0)
  const [left, right] = [total(a), total(b)]
  let distance = 0
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    distance = Math.max(distance, Math.abs((a.get(key) ?? 0) / left - (b.get(key) ?? 0) / right))
  }
  return distance
}

/** @param n @param m sample sizes, each at least 1 */
export function adjustDistance(distance: number, n: number, m: number, method: ComparisonMethod): number {
  if (method === 'Simple') return distance
  return Math.max(0, distance - ROBUST_FACTOR * Math.sqrt((n + m) / (n * m)))
}
