import * as op from '../graph/build.ts'
import type { Tensor } from '../graph/tensor.ts'
import { anchorGrid } from './anchors.ts'
import { expectedDistances, joinLevels } from './decode.ts'
import type { LevelOutput } from './network.ts'

/**
 * What the published model's export puts out.
 *
 * @returns `[B, 4 + K, A]`: centre x, centre y, width, height in input pixels, then class probabilities
 */
export function detections(
  levels: readonly LevelOutput[],
  size: { readonly height: number; readonly width: number },
): Tensor {
  const { distances, classes } = joinLevels(levels)
  const anchors = anchorGrid(distances.graph, size.height, size.width)
  const expected = expectedDistances(op.softmax(distances, 2))
  const [before, after] = op.split(expected, 1, [2, 2]) as [Tensor, Tensor]
  const centres = op.add(anchors.centres, op.mul(op.sub(after, before), 0.5))
  const boxes = op.mul(op.concat([centres, op.add(before, after)], 1), anchors.strides)
  return op.concat([boxes, op.sigmoid(classes)], 1)
}
