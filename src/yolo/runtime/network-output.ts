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

/** Logits of the distances left, top, right, bottom of cells, each over R bins. */
export interface Distances {
  readonly values: Float32Array
  /** From one of a cell's 4 R logits to the next. */
  readonly step: number
  /**
   * Index of a cell's first logit.
   *
   * @param cell (image of the batch · height + row) · width + column
   */
  first(cell: number): number
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

/** Distances that lie as convolutions leave them, `[B, 4 R, cells]`. */
export function distancePlanes(values: Float32Array, cells: number): Distances {
  const first = (cell: number): number => Math.trunc(cell / cells) * 4 * BINS * cells + (cell % cells)
  return { values, step: cells, first }
}

/** Distances of some cells, `[h, 4 R]`, in the order of `hits`. */
export function distanceRows(values: Float32Array, hits: Int32Array): Distances {
  const rows = new Map(Array.from(hits, (cell, row) => [cell, row]))
  return { values, step: 1, first: (cell) => rows.get(cell)! * 4 * BINS }
}
