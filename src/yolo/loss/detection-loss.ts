import * as op from '../graph/build.ts'
import { constant } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Anchors } from '../model/anchors.ts'
import { expectedDistances, joinLevels } from '../model/decode.ts'
import type { LevelOutput } from '../model/network.ts'
import { BINS } from '../model/scales.ts'
import { assignTargets, type Assignment, type Targets } from './assignment.ts'
import { boxOf, completeIou } from './box.ts'

/** Weights of the three parts. @source the published YOLO trainer's defaults */
export interface Gains {
  readonly box: number
  readonly cls: number
  readonly dfl: number
}

const DEFAULT_GAINS: Gains = { box: 7.5, cls: 0.5, dfl: 1.5 }

/** What the loss weighs, and how. */
export interface LossOptions {
  /** @default box 7.5, cls 0.5, dfl 1.5 */
  readonly gains?: Gains
  /** `[K]` factor of each class in the cls part; rare classes may weigh more. @default 1 each */
  readonly classWeights?: readonly number[]
  /** Sides in pixels below it are widened to it when anchors inside a box are looked for. @default 16 */
  readonly shortestSidePx?: number
}

/** Scalars; `total` = (box + cls + dfl) · B, so that the gradient is a sum over images, as in the published trainer. */
export interface LossTensors {
  readonly box: Tensor
  readonly cls: Tensor
  readonly dfl: Tensor
  readonly total: Tensor
  /** Sum of the batch's target probabilities: the parts were divided by it, or by 1 where it is less. */
  readonly targetSum: Tensor
}

/** What the network says about every anchor. */
export interface Predictions {
  /** `[B, K, A]` logits */
  readonly classes: Tensor
  /** `[B, 4, R, A]` log-probabilities of the distances */
  readonly logDistances: Tensor
  /** `[B, 4, A]` x1 y1 x2 y2 in cells of the anchor's level */
  readonly corners: Tensor
}

export function predictionsOf(levels: readonly LevelOutput[], anchors: Anchors): Predictions {
  const { distances, classes } = joinLevels(levels)
  const logDistances = op.logSoftmax(distances, 2)
  const expected = expectedDistances(op.exp(logDistances))
  const [before, after] = op.split(expected, 1, [2, 2]) as [Tensor, Tensor]
  const corners = op.concat([op.sub(anchors.centres, before), op.add(anchors.centres, after)], 1)
  return { classes, logDistances, corners }
}

/**
 * The loss of YOLO11: predictions are assigned to the real boxes, which carries no gradient, and compared with them.
 *
 * @throws ShapeError `yolo.shape` when there is not one class weight per class
 */
export function detectionLoss(
  levels: readonly LevelOutput[],
  targets: Targets,
  anchors: Anchors,
  options: LossOptions = {},
): LossTensors {
  const predicted = predictionsOf(levels, anchors)
  const assignment = assignTargets(
    op.stopGradient(probabilitiesOf(predicted.classes)),
    op.stopGradient(op.mul(predicted.corners, anchors.strides)),
    targets,
    anchors,
    options.shortestSidePx,
  )
  return assignedLoss(predicted, assignment, anchors, options)
}

/**
 * The logistic function with its relative precision kept where it is small: before training a probability is about 1e-5, for
 * which ONNX Runtime's own operator is off by half a percent and anchors would be ranked by that noise.
 */
function probabilitiesOf(logits: Tensor): Tensor {
  return op.reciprocal(op.add(op.exp(op.mul(logits, -1)), 1))
}

/**
 * The loss under a given assignment. Each part is divided by the sum of the target probabilities, at least 1.
 *
 * - box: (1 − CIoU) of each positive anchor, weighted by its target probability
 * - cls: binary cross entropy of every anchor and class against the target probability, times the weight of the class
 * - dfl: cross entropy of each distance distribution with the two bins around the true distance, mean of four sides, weighted
 */
export function assignedLoss(
  { classes, logDistances, corners }: Predictions,
  { boxes, scores, weight }: Assignment,
  anchors: Anchors,
  { gains = DEFAULT_GAINS, classWeights }: LossOptions,
): LossTensors {
  const targetCorners = op.div(boxes, anchors.strides)
  const targetSum = op.reduceSum(weight)
  const norm = op.max(targetSum, 1)
  const part = (sum: Tensor, gain: number): Tensor => op.mul(op.div(sum, norm), gain)

  const apart = op.sub(1, completeIou(boxOf(corners, 1), boxOf(targetCorners, 1)))
  const box = part(op.reduceSum(op.mul(apart, weight)), gains.box)
  const entropies = op.binaryCrossEntropy(classes, scores)
  const cls = part(op.reduceSum(classWeights ? weighted(entropies, classWeights) : entropies), gains.cls)
  const bins = binTargets(targetCorners, anchors.centres)
  const crossEntropy = op.mul(op.reduceSum(op.mul(bins, logDistances), [1, 2]), -0.25)
  const dfl = part(op.reduceSum(op.mul(crossEntropy, op.reshape(weight, crossEntropy.shape))), gains.dfl)
  const total = op.mul(op.add(op.add(box, cls), dfl), classes.shape[0] as number)
  return { box, cls, dfl, total, targetSum }
}

function weighted(entropies: Tensor, classWeights: readonly number[]): Tensor {
  const [, k] = entropies.shape as [number, number, number]
  return op.mul(entropies, constant(entropies.graph, Float32Array.from(classWeights), [1, k, 1]))
}

/**
 * For a distance t, weight 1 − |t − r| at the two bins r next to it and 0 elsewhere; t is held in [0, R − 1.01], so that
 * the upper bin exists.
 *
 * @param corners `[B, 4, A]` target boxes in cells
 * @param centres `[1, 2, A]`
 * @returns `[B, 4, R, A]`
 * @source Li et al. 2020, Generalized Focal Loss (arXiv:2006.04388), eq. 6
 */
function binTargets(corners: Tensor, centres: Tensor): Tensor {
  const [b, , a] = corners.shape as [number, number, number]
  const [low, high] = op.split(corners, 1, [2, 2]) as [Tensor, Tensor]
  const distances = op.concat([op.sub(centres, low), op.sub(high, centres)], 1)
  const clamped = op.reshape(op.min(op.max(distances, 0), BINS - 1.01), [b, 4, 1, a])
  const bins = constant(
    corners.graph,
    Float32Array.from({ length: BINS }, (_, r) => r),
    [1, 1, BINS, 1],
  )
  const away = op.sub(clamped, bins)
  return op.max(op.sub(1, op.max(away, op.mul(away, -1))), 0)
}
