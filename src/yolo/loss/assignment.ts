import * as op from '../graph/build.ts'
import { constant } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Anchors } from '../model/anchors.ts'
import { STRIDES } from '../model/scales.ts'
import { boxOf, completeIou } from './box.ts'

/** Real boxes of a batch. No operation on them depends on M, so that a compiled graph takes any. */
export interface Targets {
  /** `[B, M, 4]` x1 y1 x2 y2 in pixels; finite also where the mask is 0 */
  readonly boxes: Tensor
  /** `[B, M]` class index */
  readonly classes: Tensor
  /** `[B, M]` 1 for a real box, 0 for padding */
  readonly mask: Tensor
}

/** What each anchor should predict; all zero for background. */
export interface Assignment {
  /** `[B, 4, A]` x1 y1 x2 y2 in pixels */
  readonly boxes: Tensor
  /** `[B, K, A]` target probability */
  readonly scores: Tensor
  /** `[B, 1, A]` weight of the anchor in the box losses: the target probability of its class */
  readonly weight: Tensor
}

/** Anchors that a box takes at most. @source Feng et al. 2021, TOOD (arXiv:2108.07755), with the published YOLO trainer's value */
const CANDIDATES = 10
const EPSILON = 1e-9

/**
 * Sides shorter than this are widened to it when anchors inside a box are looked for: two cells of the finest level, so that
 * every box, however small, has at least four anchors to choose from.
 *
 * @source small-target-aware assignment as published with YOLO26 (docs.ultralytics.com/models/yolo26); the value is what the reference trainer
 *   8.4 is measured to do, see test/parity/README.md
 */
const SHORTEST_SIDE_PX = 2 * STRIDES[0]

/** How far an anchor is inside a box along one axis; negative outside. */
function marginAlong(position: Tensor, low: Tensor, high: Tensor, shortestSidePx: number): Tensor {
  const half = op.max(op.mul(op.sub(high, low), 0.5), shortestSidePx / 2)
  const off = op.sub(position, op.mul(op.add(low, high), 0.5))
  return op.sub(half, op.max(off, op.mul(off, -1)))
}

/**
 * Task-aligned assignment: each real box takes the 10 anchors inside it whose prediction fits best, by
 * score^0.5 · CIoU^6; an anchor taken by several boxes goes to the one it overlaps most. Target probabilities are the
 * alignment values of a box, scaled so that the best one equals the box's best CIoU.
 *
 * @param probabilities `[B, K, A]`, without gradient
 * @param boxes `[B, 4, A]` predicted x1 y1 x2 y2 in pixels, without gradient
 * @param shortestSidePx see {@link SHORTEST_SIDE_PX}; 0 takes boxes as they are, so that those between anchors train nothing
 */
export function assignTargets(
  probabilities: Tensor,
  boxes: Tensor,
  targets: Targets,
  anchors: Anchors,
  shortestSidePx = SHORTEST_SIDE_PX,
): Assignment {
  const { graph } = boxes
  const [b, k, a] = probabilities.shape as [number, number, number]
  const perBox = (x: Tensor): Tensor => op.reshape(x, [0, 0, 1])

  const real = boxOf(targets.boxes, 2)
  const [x, y] = op.split(op.mul(anchors.centres, anchors.strides), 1, [1, 1]) as [Tensor, Tensor]
  const margin = op.min(
    marginAlong(x, real.x1, real.x2, shortestSidePx),
    marginAlong(y, real.y1, real.y2, shortestSidePx),
  )
  const inside = op.mul(op.toFloat(op.greater(margin, EPSILON)), perBox(targets.mask))

  const classIndices = constant(
    graph,
    Float32Array.from({ length: k }, (_, i) => i),
    [1, 1, k],
  )
  const oneHot = op.toFloat(op.equal(perBox(targets.classes), classIndices))
  const score = op.matMul(oneHot, probabilities)
  const overlap = op.mul(op.max(completeIou(real, boxOf(boxes, 1)), 0), inside)
  const overlap2 = op.square(overlap)
  const alignment = op.mul(op.sqrt(score), op.mul(op.mul(overlap2, overlap2), overlap2))

  // Anchors without alignment are no candidates, though they may fill up the ten: they would contest the others' anchors.
  const candidates = op.mul(op.topMask(alignment, CANDIDATES), op.toFloat(op.greater(alignment, 0)))
  const contested = op.toFloat(op.greater(op.reduceSum(candidates, [1], true), 1))
  const nearest = op.greatestMask(overlap, 1)
  const positive = op.add(candidates, op.mul(contested, op.sub(nearest, candidates)))

  const aligned = op.mul(alignment, positive)
  const bestAlignment = op.reduceMax(aligned, [2], true)
  const bestOverlap = op.reduceMax(op.mul(overlap, positive), [2], true)
  const scaled = op.mul(aligned, op.div(bestOverlap, op.add(bestAlignment, EPSILON)))
  const weight = op.reshape(op.reduceSum(scaled, [1]), [b, 1, a])
  return {
    boxes: op.matMul(targets.boxes, positive, { transposeA: true }),
    scores: op.mul(op.matMul(oneHot, positive, { transposeA: true }), weight),
    weight,
  }
}
