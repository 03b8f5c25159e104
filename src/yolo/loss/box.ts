import * as op from '../graph/build.ts'
import type { Tensor } from '../graph/tensor.ts'

/** Corners as four tensors that broadcast against each other, all in one unit. */
export interface Box {
  readonly x1: Tensor
  readonly y1: Tensor
  readonly x2: Tensor
  readonly y2: Tensor
}

/** The four slices of an axis of size 4 that holds x1 y1 x2 y2; the axis stays, with size 1. */
export function boxOf(corners: Tensor, axis: number): Box {
  const [x1, y1, x2, y2] = op.split(corners, axis, [1, 1, 1, 1]) as [Tensor, Tensor, Tensor, Tensor]
  return { x1, y1, x2, y2 }
}

const EPSILON = 1e-7

/**
 * Complete IoU of every pair that broadcasting makes: IoU less the squared distance of the centres over the squared
 * diagonal of the common hull, less a term for unlike aspect ratios. In (-2, 1]; 1 for equal boxes.
 *
 * The weight of the aspect term is held constant in the gradient, as in the paper.
 *
 * @source Zheng et al. 2019, Distance-IoU Loss (arXiv:1911.08287), eq. 10-12
 */
export function completeIou(a: Box, b: Box): Tensor {
  const width = (box: Box): Tensor => op.sub(box.x2, box.x1)
  const height = (box: Box): Tensor => op.add(op.sub(box.y2, box.y1), EPSILON)
  const [aw, ah, bw, bh] = [width(a), height(a), width(b), height(b)]
  const overlap = (low: 'x1' | 'y1', high: 'x2' | 'y2'): Tensor =>
    op.max(op.sub(op.min(a[high], b[high]), op.max(a[low], b[low])), 0)
  const intersection = op.mul(overlap('x1', 'x2'), overlap('y1', 'y2'))
  const union = op.add(op.sub(op.add(op.mul(aw, ah), op.mul(bw, bh)), intersection), EPSILON)
  const iou = op.div(intersection, union)

  const hull = (low: 'x1' | 'y1', high: 'x2' | 'y2'): Tensor => op.sub(op.max(a[high], b[high]), op.min(a[low], b[low]))
  const diagonal2 = op.add(op.add(op.square(hull('x1', 'x2')), op.square(hull('y1', 'y2'))), EPSILON)
  const twiceApart = (low: 'x1' | 'y1', high: 'x2' | 'y2'): Tensor =>
    op.sub(op.add(b[low], b[high]), op.add(a[low], a[high]))
  const distance2 = op.mul(op.add(op.square(twiceApart('x1', 'x2')), op.square(twiceApart('y1', 'y2'))), 0.25)

  const angle = op.sub(op.atan(op.div(bw, bh)), op.atan(op.div(aw, ah)))
  const aspect = op.mul(op.square(angle), 4 / Math.PI ** 2)
  const weight = op.stopGradient(op.div(aspect, op.add(op.sub(aspect, iou), 1 + EPSILON)))
  return op.sub(iou, op.add(op.div(distance2, diagonal2), op.mul(aspect, weight)))
}
