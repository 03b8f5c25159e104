import { apply, apply1, scalar } from './graph.ts'
import type { ConvWindow } from './op.ts'
import { axisSize, type Shape, type Tensor } from './tensor.ts'

/** A tensor, or a number that stands for a scalar constant. */
export type Operand = Tensor | number

const lift = (operand: Operand, beside: Operand): Tensor => {
  if (typeof operand !== 'number') return operand
  if (typeof beside === 'number') throw new TypeError('internal: an operation needs at least one tensor')
  return scalar(beside.graph, operand)
}
const pair = (a: Operand, b: Operand): Tensor[] => [lift(a, b), lift(b, a)]

export const exp = (x: Tensor): Tensor => apply1('exp', [x], {})
export const log = (x: Tensor): Tensor => apply1('log', [x], {})
export const sqrt = (x: Tensor): Tensor => apply1('sqrt', [x], {})
export const atan = (x: Tensor): Tensor => apply1('atan', [x], {})
export const sigmoid = (x: Tensor): Tensor => apply1('sigmoid', [x], {})
export const reciprocal = (x: Tensor): Tensor => apply1('reciprocal', [x], {})
export const toFloat = (x: Tensor): Tensor => apply1('toFloat', [x], {})
export const stopGradient = (x: Tensor): Tensor => apply1('stopGradient', [x], {})

export const add = (a: Operand, b: Operand): Tensor => apply1('add', pair(a, b), {})
export const sub = (a: Operand, b: Operand): Tensor => apply1('sub', pair(a, b), {})
export const mul = (a: Operand, b: Operand): Tensor => apply1('mul', pair(a, b), {})
export const div = (a: Operand, b: Operand): Tensor => apply1('div', pair(a, b), {})
export const min = (a: Operand, b: Operand): Tensor => apply1('min', pair(a, b), {})
export const max = (a: Operand, b: Operand): Tensor => apply1('max', pair(a, b), {})
export const greater = (a: Operand, b: Operand): Tensor => apply1('greater', pair(a, b), {})
export const greaterOrEqual = (a: Operand, b: Operand): Tensor => apply1('greaterOrEqual', pair(a, b), {})
export const equal = (a: Operand, b: Operand): Tensor => apply1('equal', pair(a, b), {})
export const square = (x: Tensor): Tensor => mul(x, x)

export const silu = (x: Tensor): Tensor => apply1('silu', [x], {})
export const binaryCrossEntropy = (logits: Tensor, targets: Tensor): Tensor =>
  apply1('binaryCrossEntropy', [logits, targets], {})

/** Sum over `axes`, by default over all of them. */
export const reduceSum = (x: Tensor, axes: readonly number[] = x.shape.map((_, i) => i), keepAxes = false): Tensor =>
  apply1('reduceSum', [x], { axes, keepAxes })
export const reduceMax = (x: Tensor, axes: readonly number[], keepAxes = false): Tensor =>
  apply1('reduceMax', [x], { axes, keepAxes })
export const softmax = (x: Tensor, axis: number): Tensor => apply1('softmax', [x], { axis })
export const logSoftmax = (x: Tensor, axis: number): Tensor => apply1('logSoftmax', [x], { axis })
export const greatestMask = (x: Tensor, axis: number): Tensor => apply1('greatestMask', [x], { axis })
export const topMask = (x: Tensor, count: number): Tensor =>
  apply1('topMask', [x], { count: Math.min(count, axisSize(x.shape, -1)) })

/** @param shape 0 stands for the same axis of `x`, one -1 for what remains: then the operation fits any batch and image size */
export const reshape = (x: Tensor, shape: Shape): Tensor => apply1('reshape', [x], { shape })
export const reshapeLike = (x: Tensor, like: Tensor): Tensor => apply1('reshapeLike', [x, like], {})
export const transpose = (x: Tensor, order: readonly number[]): Tensor => apply1('transpose', [x], { order })
export const expand = (x: Tensor, shape: Shape): Tensor => apply1('expand', [x], { shape })
export const concat = (xs: readonly Tensor[], axis: number): Tensor => apply1('concat', xs, { axis })
export const split = (x: Tensor, axis: number, sizes: readonly number[]): readonly Tensor[] =>
  apply('split', [x], { axis, sizes })
export const slice = (x: Tensor, axis: number, start: number, end: number): Tensor =>
  apply1('slice', [x], { axis, start, end })

export const matMul = (
  a: Tensor,
  b: Tensor,
  {
    transposeA = false,
    transposeB = false,
    alpha = 1,
  }: { transposeA?: boolean; transposeB?: boolean; alpha?: number } = {},
): Tensor => apply1('matMul', [a, b], { transposeA, transposeB, alpha })

export const conv = (x: Tensor, weight: Tensor, window: ConvWindow, bias?: Tensor): Tensor =>
  apply1('conv', bias ? [x, weight, bias] : [x, weight], window)

export interface BatchNormed {
  readonly y: Tensor
  /** `[C]` */
  readonly mean: Tensor
  /** `[C]` biased: divided by B · H · W */
  readonly variance: Tensor
}

/** A convolution whose channels are then normalised by their mean and variance in this batch. */
export function convBatchNorm(
  x: Tensor,
  weight: Tensor,
  window: ConvWindow,
  norm: { readonly scale: Tensor; readonly shift: Tensor; readonly epsilon: number },
): BatchNormed {
  const [y, mean, variance] = apply('convBatchNorm', [x, weight, norm.scale, norm.shift], {
    ...window,
    epsilon: norm.epsilon,
  }) as [Tensor, Tensor, Tensor]
  return { y, mean, variance }
}

export const maxPool = (x: Tensor, kernel: number): Tensor => apply1('maxPool', [x], { kernel })
/** Centres x, y of the cells of a map, in cells, row by row: `[1, 2, H · W]`. */
export const cellCentres = (x: Tensor): Tensor => apply1('cellCentres', [x], {})
export const upsample2 = (x: Tensor): Tensor => apply1('upsample2', [x], {})
