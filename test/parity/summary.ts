import { words } from './seeded.ts'

const DIRECTIONS = 16
const SAMPLES = 8

/** What a fixture keeps of a large tensor: its norm, its projections on 16 seeded directions of ±1, and 8 entries. */
export interface Summary {
  readonly norm: number
  readonly projections: readonly number[]
  readonly entries: readonly number[]
}

/** Rows of `summary` in network_fixture.py. */
export function readSummaries(table: Float32Array, names: readonly string[]): Map<string, Summary> {
  const width = 1 + DIRECTIONS + SAMPLES
  return new Map(
    names.map((name, i) => {
      const row = Array.from(table.subarray(i * width, (i + 1) * width))
      return [name, { norm: row[0]!, projections: row.slice(1, 1 + DIRECTIONS), entries: row.slice(1 + DIRECTIONS) }]
    }),
  )
}

export function summarise(values: Float32Array, key: string, name: string): Summary {
  const signs = words(`${key}/signs/${name}`, values.length)
  const projections = Array.from({ length: DIRECTIONS }, () => 0)
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const bits = signs[i]! >>> 16
    squares += value * value
    for (let k = 0; k < DIRECTIONS; k++) projections[k]! += (bits >>> k) & 1 ? value : -value
  }
  const entries = Array.from(words(`${key}/picked/${name}`, SAMPLES), (word) => values[word % values.length]!)
  return { norm: Math.sqrt(squares), projections, entries }
}

/**
 * Estimate of |e|² / |g|² for the difference e of two tensors known by their summaries, g being the second.
 *
 * For a direction of random signs d, ⟨e, d⟩² has expectation |e|²; the mean over 16 of them scatters like χ²₁₆ / 16. Two
 * gradients of equal norm whose cosine is below 0.9999 have |e|² / |g|² ≥ 2e-4: that the estimate is then below 3e-5 has
 * probability 4e-5 for one tensor, and below 1e-7, which half of all tensors must be, 2e-24.
 */
export function relativeSquaredError(actual: Summary, expected: Summary): number {
  const offs = actual.projections.map((value, k) => (value - expected.projections[k]!) ** 2)
  const meanSquare = offs.reduce((sum, off) => sum + off, 0) / DIRECTIONS
  return meanSquare / expected.norm ** 2
}
