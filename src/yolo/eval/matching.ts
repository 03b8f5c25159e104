import type { ClassTable } from './class-tables.ts'

/** IoU thresholds .50:.05:.95 with the rounding of `np.linspace(.5, .95, 10)`, so that boxes on a threshold fall on the same side. */
export const IOU_THRESHOLDS: readonly number[] = Array.from({ length: 10 }, (_, i) =>
  i === 9 ? 0.95 : i * ((0.95 - 0.5) / 9) + 0.5,
)

/** Size groups by object area in square pixels. @source COCO detection evaluation */
export const AREA_RANGES = [
  { name: 'all', low: 0, high: 1e10 },
  { name: 'small', low: 0, high: 32 ** 2 },
  { name: 'medium', low: 32 ** 2, high: 96 ** 2 },
  { name: 'large', low: 96 ** 2, high: 1e10 },
] as const

/** Verdicts on the detections of one class for one size group; bit t of each belongs to IoU threshold t. */
export interface MatchBits {
  /** `[n]`, the detection found a true box. */
  readonly matched: Uint16Array
  /** `[n]`, the detection counts neither for nor against. */
  readonly ignored: Uint16Array
  /** True boxes that count. */
  readonly positives: number
}

/**
 * Greedy matching of one class: in each image the detections, best first, take the free true box of highest IoU;
 * boxes outside the size group and crowds are taken only when nothing else fits.
 *
 * @source pycocotools `COCOeval.evaluateImg`, whose order of ties this keeps
 */
export function matchClass(table: ClassTable, area: { readonly low: number; readonly high: number }): MatchBits {
  const n = table.scores.length
  const matched = new Uint16Array(n)
  const ignored = new Uint16Array(n)
  const truthCount = table.truthAreas.length
  const truthIgnored = new Uint8Array(truthCount)
  let positives = 0
  for (let g = 0; g < truthCount; g++) {
    const outside = table.truthAreas[g]! < area.low || table.truthAreas[g]! > area.high
    truthIgnored[g] = table.truthCrowd[g] === 1 || outside ? 1 : 0
    positives += 1 - truthIgnored[g]!
  }
  const taken = new Uint16Array(truthCount)
  for (let d = 0; d < n; d++) {
    const from = table.pairOffsets[d]!
    const to = table.pairOffsets[d + 1]!
    const detectionArea = table.areas[d]!
    const outside = detectionArea < area.low || detectionArea > area.high
    if (from === to) {
      if (outside) ignored[d] = 0x3ff
      continue
    }
    for (let t = 0; t < IOU_THRESHOLDS.length; t++) {
      const bit = 1 << t
      // Two passes stand for the reference's order "counting boxes first": ignored ones only when none counts.
      let best = bestFree(table, from, to, bit, taken, truthIgnored, 0, IOU_THRESHOLDS[t]!)
      if (best < 0) best = bestFree(table, from, to, bit, taken, truthIgnored, 1, IOU_THRESHOLDS[t]!)
      if (best < 0) {
        if (outside) ignored[d]! |= bit
        continue
      }
      matched[d]! |= bit
      taken[best]! |= bit
      if (truthIgnored[best] === 1) ignored[d]! |= bit
    }
  }
  return { matched, ignored, positives }
}

/** The last of the free boxes with the highest IoU, as the reference's `iou < best` comparison leaves it; -1 when none. */
function bestFree(
  table: ClassTable,
  from: number,
  to: number,
  bit: number,
  taken: Uint16Array,
  truthIgnored: Uint8Array,
  wantIgnored: 0 | 1,
  threshold: number,
): number {
  let best = -1
  let bestIou = Math.min(threshold, 1 - 1e-10)
  for (let p = from; p < to; p++) {
    const g = table.pairTruths[p]!
    if (truthIgnored[g] !== wantIgnored) continue
    if ((taken[g]! & bit) !== 0 && table.truthCrowd[g] === 0) continue
    if (table.pairIous[p]! < bestIou) continue
    bestIou = table.pairIous[p]!
    best = g
  }
  return best
}
