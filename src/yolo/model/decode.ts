import * as op from '../graph/build.ts'
import { constant } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { LevelOutput } from './network.ts'
import { BINS } from './scales.ts'

/** The levels side by side. */
export interface Candidates {
  /** `[B, 4, R, A]` logits of the distances left, top, right, bottom */
  readonly distances: Tensor
  /** `[B, K, A]` logits */
  readonly classes: Tensor
}

export function joinLevels(levels: readonly LevelOutput[]): Candidates {
  const flat = (x: Tensor): Tensor => op.reshape(x, [0, 0, -1])
  const distances = op.concat(
    levels.map((level) => flat(level.distances)),
    2,
  )
  return {
    distances: op.reshape(distances, [0, 4, BINS, -1]),
    classes: op.concat(
      levels.map((level) => flat(level.classes)),
      2,
    ),
  }
}

/**
 * The mean of each distribution over bins 0..R−1.
 *
 * @param probabilities `[B, 4, R, A]`
 * @returns `[B, 4, A]` in cells
 * @source Li et al. 2020, Generalized Focal Loss (arXiv:2006.04388), eq. 3
 */
export function expectedDistances(probabilities: Tensor): Tensor {
  const bins = constant(
    probabilities.graph,
    Float32Array.from({ length: BINS }, (_, r) => r),
    [1, 1, BINS, 1],
  )
  return op.reduceSum(op.mul(probabilities, bins), [2])
}
