import type { MatchBits } from './matching.ts'
import { sortDescending } from './sort-descending.ts'

/** Where on its precision-recall curve a detector is used. */
export interface OperatingPoint {
  /** Detections at least this confident are kept; 1 when there are none. */
  readonly confidence: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** Scores and verdicts (IoU .5, all sizes) that one or several classes contribute. */
export interface ScoredVerdicts {
  readonly scores: Float64Array
  readonly bits: MatchBits
}

/**
 * The confidence with the highest F1 at IoU .5 over all given classes pooled; the more confident one on a tie.
 * Without any true box every number is 0.
 */
export function bestOperatingPoint(classes: readonly ScoredVerdicts[]): OperatingPoint {
  const positives = classes.reduce((sum, entry) => sum + entry.bits.positives, 0)
  const scores = new Float64Array(classes.reduce((sum, entry) => sum + entry.scores.length, 0))
  const hitFlags = new Uint8Array(scores.length)
  let n = 0
  for (const entry of classes) {
    for (let d = 0; d < entry.scores.length; d++) {
      if ((entry.bits.ignored[d]! & 1) === 1) continue
      hitFlags[n] = entry.bits.matched[d]! & 1
      scores[n++] = entry.scores[d]!
    }
  }
  const order = sortDescending(scores.subarray(0, n))
  let best: OperatingPoint = { confidence: 1, precision: 0, recall: 0, f1: 0 }
  let hits = 0
  for (let rank = 0; rank < n; rank++) {
    const score = scores[order[rank]!]!
    hits += hitFlags[order[rank]!]!
    if (rank + 1 < n && scores[order[rank + 1]!] === score) continue
    const f1 = (2 * hits) / (rank + 1 + positives)
    if (f1 > best.f1) best = { confidence: score, precision: hits / (rank + 1), recall: hits / positives, f1 }
  }
  return best
}
