import type { Tensor } from '../graph/tensor.ts'
import type { LevelOutput } from '../model/network.ts'
import { STRIDES } from '../model/scales.ts'

/** Names of the raw predictions of one level in an exported file. */
export interface HeadNames {
  /** Pixels per cell. */
  readonly stride: number
  /** `[B, 4 R, H/s, W/s]` logits */
  readonly distances: string
  /** `[B, K, H/s, W/s]` logits */
  readonly classes: string
}

/** What the levels of the head are called in files that this product exports. */
export const HEAD_NAMES: readonly HeadNames[] = STRIDES.map((stride) => ({
  stride,
  distances: `stride${stride}.distances`,
  classes: `stride${stride}.classes`,
}))

export function namedHead(levels: readonly LevelOutput[]): Map<string, Tensor> {
  return new Map(
    HEAD_NAMES.flatMap(({ distances, classes }, i) => [
      [distances, levels[i]!.distances],
      [classes, levels[i]!.classes],
    ]),
  )
}
