import { BINS } from '../model/scales.ts'

/** What a detector says about a batch of images. */
export type NetworkOutput = HeadOutput | BoxesOutput

/** Raw predictions, to be decoded where they say that there is something. */
export interface HeadOutput {
  readonly kind: 'head'
  /** B */
  readonly batch: number
  /** K */
  readonly classCount: number
  /** Boxes are known only where a class is at least as probable; 0 where they are known everywhere. */
  readonly confidence: number
  readonly levels: readonly LevelValues[]
}

/** One level of a {@link HeadOutput}: a grid of cells. */
export interface LevelValues {
  /** Pixels per cell. */
  readonly stride: number
  /** Rows and columns of cells. */
  readonly height: number
  readonly width: number
  readonly distances: Distances
  /** `[B, K, height, width]` logits */
  readonly classes: Float32Array
  /** Ascending indices into `classes` of all that reach the output's confidence; undefined where nobody has looked. */
  readonly hits?: readonly number[] | undefined
  /** Memory for what the branches of boxes read, to be written anew by a later run. */
  readonly features?: Float32Array
}

/** How far the box of a cell reaches. */
export interface Distances {
  /** Memory, to be written anew by a later run that has as many values of the same kind. */
  readonly values: Float32Array
  readonly kind: 'planes' | 'rows'
  /**
   * In cells, from the cell's centre.
   *
   * @param cell (image of the batch · height + row) · width + column
   * @param side 0 left, 1 top, 2 right, 3 bottom
   */
  of(cell: number, side: number): number
}

/** Boxes of all anchors, as the usual exported file puts them out. */
export interface BoxesOutput {
  readonly kind: 'boxes'
  /** B */
  readonly batch: number
  /** K */
  readonly classCount: number
  /** A */
  readonly anchors: number
  /** `[B, 4 + K, A]`: cx cy w h in input pixels, then class probabilities */
  readonly values: Float32Array
}

/** Distances as convolutions leave them: logits of R bins for each side, `[B, 4 R, cells]`. */
export function distancePlanes(values: Float32Array, cells: number): Distances {
  const of = (cell: number, side: number): number => {
    const first = (Math.trunc(cell / cells) * 4 + side) * BINS * cells + (cell % cells)
    return expectedDistance(values, first, cells)
  }
  return { values, kind: 'planes', of }
}

/** Distances of some cells, `[h, 4]` in cells, in the order of `hits`. */
export function distanceRows(values: Float32Array, hits: Int32Array): Distances {
  const rows = new Map(Array.from(hits, (cell, row) => [cell, row]))
  return { values, kind: 'rows', of: (cell, side) => values[rows.get(cell)! * 4 + side]! }
}

/** Mean of a distribution whose R logits lie `step` apart. @source arXiv:2006.04388, eq. 3 */
function expectedDistance(logits: Float32Array, first: number, step: number): number {
  let greatest = -Infinity
  for (let r = 0; r < BINS; r++) greatest = Math.max(greatest, logits[first + r * step]!)
  let sum = 0
  let weighted = 0
  for (let r = 0; r < BINS; r++) {
    const weight = Math.exp(logits[first + r * step]! - greatest)
    sum += weight
    weighted += r * weight
  }
  return weighted / sum
}
