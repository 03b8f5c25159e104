import type { ConvWindow, OpAttributes, OpName } from './op.ts'
import { axisSize, broadcastShapes, elementCount, imageShape, sameShape, ShapeError } from './tensor.ts'
import type { DType, Shape } from './tensor.ts'

export interface OutputShape {
  readonly shape: Shape
  /** @default 'f32' */
  readonly dtype?: DType
}

/** From the shapes of the inputs to those of the outputs; throws ShapeError `yolo.shape` when they do not fit. */
export type ShapeRule<K extends OpName> = (
  inputs: readonly Shape[],
  attributes: OpAttributes[K],
) => readonly OutputShape[]

const at = (inputs: readonly Shape[], index: number): Shape => {
  const shape = inputs[index]
  if (shape === undefined) throw new ShapeError(`input ${index} is missing`, inputs)
  return shape
}
const same = (inputs: readonly Shape[]): OutputShape[] => [{ shape: at(inputs, 0) }]
const broadcast = (inputs: readonly Shape[]): OutputShape[] => [
  { shape: broadcastShapes(at(inputs, 0), at(inputs, 1)) },
]
const truth = (inputs: readonly Shape[]): OutputShape[] => broadcast(inputs).map((out) => ({ ...out, dtype: 'bool' }))

function allSame(what: string, inputs: readonly Shape[]): OutputShape[] {
  const first = at(inputs, 0)
  for (const other of inputs) if (!sameShape(first, other)) throw new ShapeError(what, [first, other])
  return [{ shape: first }]
}

function reduce(inputs: readonly Shape[], { axes, keepAxes }: OpAttributes['reduceSum']): OutputShape[] {
  const shape = at(inputs, 0)
  for (const axis of axes) axisSize(shape, axis)
  return [
    { shape: keepAxes ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i)) },
  ]
}

/** Output side of a window moved over `size` pixels with a padding of kernel >> 1. */
function windowedSize(size: number, kernel: number, stride: number): number {
  return Math.floor((size + 2 * (kernel >> 1) - kernel) / stride) + 1
}

function convolve(inputs: readonly Shape[], { kernel, stride, groups }: ConvWindow): OutputShape[] {
  const [b, c, h, w] = imageShape(at(inputs, 0))
  const [k, perGroup, kh, kw] = imageShape(at(inputs, 1))
  if (perGroup * groups !== c || kh !== kernel || kw !== kernel) {
    throw new ShapeError(`conv with kernel ${kernel} and ${groups} group(s) does not fit`, inputs)
  }
  const bias = inputs[2]
  if (bias !== undefined && !sameShape(bias, [k])) throw new ShapeError('conv bias', [bias, [k]])
  return [{ shape: [b, k, windowedSize(h, kernel, stride), windowedSize(w, kernel, stride)] }]
}

function channels(inputs: readonly Shape[], from: number): number {
  const [, c] = imageShape(at(inputs, 0))
  for (const vector of inputs.slice(from)) {
    if (!sameShape(vector, [c])) throw new ShapeError('one value per channel expected', [at(inputs, 0), vector])
  }
  return c
}

function product(inputs: readonly Shape[], { transposeA, transposeB }: OpAttributes['matMul']): OutputShape[] {
  const a = at(inputs, 0)
  const b = at(inputs, 1)
  const [rows, inner] = transposeA ? [axisSize(a, -1), axisSize(a, -2)] : [axisSize(a, -2), axisSize(a, -1)]
  const [innerB, columns] = transposeB ? [axisSize(b, -1), axisSize(b, -2)] : [axisSize(b, -2), axisSize(b, -1)]
  if (inner !== innerB || !sameShape(a.slice(0, -2), b.slice(0, -2))) throw new ShapeError('matMul', [a, b])
  return [{ shape: [...a.slice(0, -2), rows, columns] }]
}

function joined(inputs: readonly Shape[], axis: number): OutputShape[] {
  const first = at(inputs, 0)
  for (const other of inputs) {
    const fits = other.length === first.length && other.every((n, i) => i === axis || n === first[i])
    if (!fits) throw new ShapeError(`concat along axis ${axis}`, [first, other])
  }
  const total = inputs.reduce((sum, shape) => sum + axisSize(shape, axis), 0)
  return [{ shape: first.map((n, i) => (i === axis ? total : n)) }]
}

function reshaped(from: Shape, to: Shape): OutputShape[] {
  const copied = to.map((size, axis) => (size === 0 ? axisSize(from, axis) : size))
  const known = elementCount(copied.filter((size) => size !== -1))
  const shape = copied.map((size) => (size === -1 ? elementCount(from) / known : size))
  if (elementCount(from) !== elementCount(shape) || !shape.every(Number.isInteger)) {
    throw new ShapeError('reshape', [from, to])
  }
  return [{ shape }]
}

const withAxis = (shape: Shape, axis: number, size: number): Shape => shape.map((n, i) => (i === axis ? size : n))

/** Shape inference for every operation. */
export const SHAPE_RULES: { readonly [K in OpName]: ShapeRule<K> } = {
  exp: same,
  log: same,
  sqrt: same,
  atan: same,
  sigmoid: same,
  reciprocal: same,
  toFloat: same,
  stopGradient: same,
  add: broadcast,
  sub: broadcast,
  mul: broadcast,
  div: broadcast,
  min: broadcast,
  max: broadcast,
  greater: truth,
  greaterOrEqual: truth,
  equal: truth,
  silu: (inputs) => [...same(inputs), ...same(inputs)],
  siluGradient: (inputs) => allSame('siluGradient', inputs),
  binaryCrossEntropy: (inputs) => allSame('binaryCrossEntropy', inputs),
  reduceSum: reduce,
  reduceMax: reduce,
  softmax: same,
  logSoftmax: same,
  greatestMask: (inputs, { axis }) => {
    axisSize(at(inputs, 0), axis)
    return same(inputs)
  },
  topMask: (inputs, { count }) => {
    if (count > axisSize(at(inputs, 0), -1)) throw new ShapeError(`topMask of ${count}`, inputs)
    return same(inputs)
  },
  reshape: (inputs, { shape }) => reshaped(at(inputs, 0), shape),
  reshapeLike: (inputs) => reshaped(at(inputs, 0), at(inputs, 1)),
  transpose: (inputs, { order }) => {
    const shape = at(inputs, 0)
    if (order.length !== shape.length || new Set(order).size !== order.length)
      throw new ShapeError('transpose', [shape, order])
    return [{ shape: order.map((axis) => axisSize(shape, axis)) }]
  },
  expand: (inputs, { shape }) => {
    if (!sameShape(broadcastShapes(at(inputs, 0), shape), shape)) throw new ShapeError('expand', [at(inputs, 0), shape])
    return [{ shape }]
  },
  concat: (inputs, { axis }) => joined(inputs, axis),
  split: (inputs, { axis, sizes }) => {
    const shape = at(inputs, 0)
    if (elementCount([sizes.reduce((a, b) => a + b, 0)]) !== axisSize(shape, axis))
      throw new ShapeError('split', [shape, sizes])
    return sizes.map((size) => ({ shape: withAxis(shape, axis, size) }))
  },
  slice: (inputs, { axis, start, end }) => {
    const size = axisSize(at(inputs, 0), axis)
    if (start < 0 || end <= start || end > size) throw new ShapeError(`slice ${start}..${end} of axis ${axis}`, inputs)
    return [{ shape: withAxis(at(inputs, 0), axis, end - start) }]
  },
  matMul: product,
  conv: convolve,
  convInputGradient: (_inputs, { inputShape }) => [{ shape: inputShape }],
  convWeightGradient: (inputs, { kernel, groups }) => {
    const [, c] = imageShape(at(inputs, 0))
    const [, k] = imageShape(at(inputs, 1))
    return [{ shape: [k, c / groups, kernel, kernel] }]
  },
  convBatchNorm: (inputs, window) => {
    const [y] = convolve(inputs.slice(0, 2), window) as [OutputShape]
    const vector = { shape: [channels([y.shape, ...inputs.slice(2)], 1)] }
    return [y, vector, vector, vector, y]
  },
  batchNormGradient: (inputs) => {
    const vector = { shape: [channels(inputs, 2)] }
    return [...allSame('batchNormGradient', inputs.slice(0, 2)), vector, vector, vector]
  },
  maxPool: (inputs) => [...same(inputs), ...same(inputs).map((out) => ({ ...out, dtype: 'i64' as const }))],
  maxPoolGradient: (inputs) => allSame('maxPoolGradient', inputs),
  upsample2: (inputs) => {
    const [b, c, h, w] = imageShape(at(inputs, 0))
    return [{ shape: [b, c, 2 * h, 2 * w] }]
  },
  upsample2Gradient: (inputs) => {
    const [b, c, h, w] = imageShape(at(inputs, 0))
    return [{ shape: [b, c, h / 2, w / 2] }]
  },
  cellCentres: (inputs) => {
    const [, , h, w] = imageShape(at(inputs, 0))
    return [{ shape: [1, 2, h * w] }]
  },
}
