import type { Statistics } from './statistics.ts'
import type { Row } from './table.ts'

/** The feature in which a record lies farthest from the baseline, and how far, in standard deviations. */
export interface Deviation {
  readonly feature: string
  readonly score: number
}

/** Deviations beyond it are all the same: a constant feature that changed would else outweigh everything. */
const MOST = 99

export function deviationOf(row: Row, baseline: Statistics): Deviation {
  let worst: Deviation = { feature: 'nothing', score: 0 }
  for (const { name, numerical_statistics: numbers } of baseline.features) {
    const value = row[name]
    if (!numbers || typeof value !== 'number') continue
    const off = Math.abs(value - numbers.mean)
    const score = off === 0 ? 0 : Math.min(MOST, off / numbers.std_dev)
    if (score > worst.score) worst = { feature: name, score }
  }
  return worst
}
