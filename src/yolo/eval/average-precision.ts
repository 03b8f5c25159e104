import type { MatchBits } from './matching.ts'

/** Recall points 0, .01 .. 1 with the rounding of `np.linspace(0, 1, 101)`. */
export const RECALL_POINTS: readonly number[] = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01))

export interface ThresholdResult {
  /** Mean of the interpolated precision over 101 recall points; -1 when no box counts. */
  readonly averagePrecision: number
  /** Share of the counting boxes that were found; -1 when no box counts. */
  readonly recall: number
}

/**
 * Average precision of one class, size group and IoU threshold.
 *
 * Precision changes for the better only at a true positive, so only those are kept: at the j-th one it is j over all counted so far.
 *
 * @param curve gets the interpolated precision at the 101 recall points when it is given, `[101]` of zeros
 * @source pycocotools `COCOeval.accumulate`
 */
export function averagePrecision(bits: MatchBits, threshold: number, curve?: Float64Array): ThresholdResult {
  if (bits.positives === 0) return { averagePrecision: -1, recall: -1 }
  const bit = 1 << threshold
  const { matched, ignored } = bits
  const precision: number[] = []
  let counted = 0
  for (let d = 0; d < matched.length; d++) {
    if ((ignored[d]! & bit) !== 0) continue
    counted++
    if ((matched[d]! & bit) !== 0) precision.push((precision.length + 1) / (counted + Number.EPSILON))
  }
  for (let j = precision.length - 1; j > 0; j--) {
    if (precision[j]! > precision[j - 1]!) precision[j - 1] = precision[j]!
  }
  let sum = 0
  let j = 0
  for (const [i, point] of RECALL_POINTS.entries()) {
    while (j < precision.length && (j + 1) / bits.positives < point) j++
    if (j === precision.length) break
    sum += precision[j]!
    if (curve) curve[i] = precision[j]!
  }
  return { averagePrecision: sum / RECALL_POINTS.length, recall: precision.length / bits.positives }
}

/** Recall when each image may report only its `limit` best detections of the class; -1 when no box counts. */
export function recallAt(bits: MatchBits, ranks: Uint16Array, threshold: number, limit: number): number {
  if (bits.positives === 0) return -1
  const bit = 1 << threshold
  let found = 0
  for (let d = 0; d < ranks.length; d++) {
    if (ranks[d]! < limit && (bits.matched[d]! & bit) !== 0 && (bits.ignored[d]! & bit) === 0) found++
  }
  return found / bits.positives
}
