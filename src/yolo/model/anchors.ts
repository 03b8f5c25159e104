import { constant, type Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { STRIDES } from './scales.ts'

/** The cells of all levels, finest level first, row by row. */
export interface Anchors {
  /** A */
  readonly count: number
  /** `[1, 2, A]` centres x, y in cells of their own level */
  readonly centres: Tensor
  /** `[1, 1, A]` pixels per cell */
  readonly strides: Tensor
}

/** @param height, width of the image in pixels, multiples of 32 */
export function anchorGrid(graph: Graph, height: number, width: number): Anchors {
  const levels = STRIDES.map((stride) => ({ stride, ...cellCentres(height / stride, width / stride) }))
  const xs = levels.flatMap((level) => level.xs)
  const ys = levels.flatMap((level) => level.ys)
  const strides = levels.flatMap((level) => level.xs.map(() => level.stride))
  const count = strides.length
  return {
    count,
    centres: constant(graph, Float32Array.from([...xs, ...ys]), [1, 2, count]),
    strides: constant(graph, Float32Array.from(strides), [1, 1, count]),
  }
}

/** Centres of the cells of one level, row by row, in cells. */
export function cellCentres(rows: number, columns: number): { readonly xs: number[]; readonly ys: number[] } {
  const cells = Array.from({ length: rows * columns }, (_, i) => i)
  return {
    xs: cells.map((i) => (i % columns) + 0.5),
    ys: cells.map((i) => Math.trunc(i / columns) + 0.5),
  }
}
