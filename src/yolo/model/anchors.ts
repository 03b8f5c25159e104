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
  const xs: number[] = []
  const ys: number[] = []
  const strides: number[] = []
  for (const stride of STRIDES) {
    for (let row = 0; row < height / stride; row++) {
      for (let column = 0; column < width / stride; column++) {
        xs.push(column + 0.5)
        ys.push(row + 0.5)
        strides.push(stride)
      }
    }
  }
  const count = strides.length
  return {
    count,
    centres: constant(graph, Float32Array.from([...xs, ...ys]), [1, 2, count]),
    strides: constant(graph, Float32Array.from(strides), [1, 1, count]),
  }
}
