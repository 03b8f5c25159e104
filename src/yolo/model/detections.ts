import * as op from '../graph/build.ts'
import { constant } from '../graph/graph.ts'
import { imageShape, type Tensor } from '../graph/tensor.ts'
import { cellCentres } from './anchors.ts'
import { expectedDistances } from './decode.ts'
import type { LevelOutput } from './network.ts'
import { BINS, STRIDES } from './scales.ts'

/**
 * What the published model's export puts out.
 *
 * @param centres of the cells of a level, `[1, 2, H · W]`, for instance {@link fixedCentres}
 * @returns `[B, 4 + K, A]`: centre x, centre y, width, height in input pixels, then class probabilities
 */
export function detections(levels: readonly LevelOutput[], centres: (map: Tensor) => Tensor): Tensor {
  const boxes = levels.map(({ distances }, i) => {
    const expected = expectedDistances(op.softmax(op.reshape(distances, [0, 4, BINS, -1]), 2))
    const [before, after] = op.split(expected, 1, [2, 2]) as [Tensor, Tensor]
    const centre = op.add(centres(distances), op.mul(op.sub(after, before), 0.5))
    return op.mul(op.concat([centre, op.add(before, after)], 1), STRIDES[i] as number)
  })
  const classes = levels.map((level) => op.reshape(level.classes, [0, 0, -1]))
  return op.concat([op.concat(boxes, 2), op.sigmoid(op.concat(classes, 2))], 1)
}

/** The centres of a map's cells as constants, for a graph of one image size. */
export function fixedCentres(map: Tensor): Tensor {
  const [, , height, width] = imageShape(map.shape)
  const { xs, ys } = cellCentres(height, width)
  return constant(map.graph, Float32Array.from([...xs, ...ys]), [1, 2, height * width])
}
