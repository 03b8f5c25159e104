import type { Node } from '../graph/graph.ts'
import type { OpName } from '../graph/op.ts'
import { elementCount, type Shape } from '../graph/tensor.ts'
import { lowerBinaryCrossEntropy } from './lower-cross-entropy.ts'
import { lowerConv, lowerConvInputGradient } from './lower-conv.ts'
import { lowerConvWeightGradient } from './lower-conv-weight.ts'
import { lowerConvBatchNorm, lowerBatchNormGradient, lowerSilu, lowerSiluGradient } from './lower-norm.ts'
import { float, type OnnxWriter } from './onnx-writer.ts'

/** The names of a node's values in the ONNX graph. */
export interface Names {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Whether anything reads each output. */
  readonly used: readonly boolean[]
}

/** Writes one operation as ONNX nodes. */
export type Lowering<K extends OpName> = (writer: OnnxWriter, node: Node<K>, names: Names) => void

const direct =
  (type: string) =>
  (writer: OnnxWriter, _node: Node, { inputs, outputs }: Names): void => {
    writer.node(type, inputs, {}, outputs)
  }

const shapeOf = (node: Node, input: number): Shape => (node.inputs[input] as Node['inputs'][number]).shape

const window = (height: number, width: number): Record<string, readonly number[]> => {
  const [p, q] = [height >> 1, width >> 1]
  return { kernel_shape: [height, width], pads: [p, q, p, q], strides: [1, 1] }
}

/** How each operation is written for ONNX Runtime. */
export const LOWERINGS: { readonly [K in OpName]: Lowering<K> } = {
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  atan: direct('Atan'),
  sigmoid: direct('Sigmoid'),
  reciprocal: direct('Reciprocal'),
  toFloat: (writer, _node, { inputs, outputs }) => {
    writer.node('Cast', inputs, { to: 1 }, outputs)
  },
  stopGradient: direct('Identity'),
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  min: direct('Min'),
  max: direct('Max'),
  greater: direct('Greater'),
  greaterOrEqual: direct('GreaterOrEqual'),
  equal: direct('Equal'),
  silu: lowerSilu,
  siluGradient: lowerSiluGradient,
  binaryCrossEntropy: lowerBinaryCrossEntropy,
  reduceSum: (writer, { attributes: { axes, keepAxes } }, { inputs, outputs }) => {
    writer.node('ReduceSum', [...inputs, writer.ints(axes)], { keepdims: Number(keepAxes) }, outputs)
  },
  reduceMax: (writer, { attributes: { axes, keepAxes } }, { inputs, outputs }) => {
    writer.node('ReduceMax', [...inputs, writer.ints(axes)], { keepdims: Number(keepAxes) }, outputs)
  },
  softmax: (writer, { attributes: { axis } }, { inputs, outputs }) => {
    writer.node('Softmax', inputs, { axis }, outputs)
  },
  logSoftmax: (writer, { attributes: { axis } }, { inputs, outputs }) => {
    writer.node('LogSoftmax', inputs, { axis }, outputs)
  },
  greatestMask: (writer, node, { inputs, outputs }) => {
    const { axis } = node.attributes
    const greatest = writer.node('Cast', [writer.node('ArgMax', inputs, { axis, keepdims: 1 })], { to: 1 })
    const size = writer.node('Squeeze', [writer.node('Shape', inputs, { start: axis, end: axis + 1 })])
    const count = writer.node('Cast', [size], { to: 1 })
    const along = shapeOf(node, 0).map((_, i) => (i === axis ? -1 : 1))
    const row = writer.node('Range', [writer.float(0), count, writer.float(1)])
    const indices = writer.node('Reshape', [row, writer.ints(along)])
    writer.node('Cast', [writer.node('Equal', [greatest, indices])], { to: 1 }, outputs)
  },
  topMask: (writer, node, { inputs, outputs }) => {
    const { count } = node.attributes
    const indices = writer.fresh()
    writer.node('TopK', [inputs[0] as string, writer.ints([count])], { axis: -1, sorted: 0 }, [writer.fresh(), indices])
    const filled = (value: number, like: string): string =>
      writer.node('Expand', [writer.float(value), writer.node('Shape', [like])])
    const data = [filled(0, inputs[0] as string), indices, filled(1, indices)]
    writer.node('ScatterElements', data, { axis: shapeOf(node, 0).length - 1 }, outputs)
  },
  reshape: (writer, { attributes: { shape } }, { inputs, outputs }) => {
    writer.node('Reshape', [...inputs, writer.ints(shape)], {}, outputs)
  },
  reshapeLike: (writer, _node, { inputs: [x, like], outputs }) => {
    writer.node('Reshape', [x as string, writer.node('Shape', [like as string])], {}, outputs)
  },
  transpose: (writer, { attributes: { order } }, { inputs, outputs }) => {
    writer.node('Transpose', inputs, { perm: order }, outputs)
  },
  expand: (writer, { attributes: { shape } }, { inputs, outputs }) => {
    writer.node('Expand', [...inputs, writer.ints(shape)], {}, outputs)
  },
  concat: (writer, { attributes: { axis } }, { inputs, outputs }) => {
    writer.node('Concat', inputs, { axis }, outputs)
  },
  split: (writer, { attributes: { axis, sizes } }, { inputs, outputs }) => {
    writer.node('Split', [...inputs, writer.ints(sizes)], { axis }, outputs)
  },
  slice: (writer, { attributes: { axis, start, end } }, { inputs, outputs }) => {
    writer.node('Slice', [...inputs, writer.ints([start]), writer.ints([end]), writer.ints([axis])], {}, outputs)
  },
  matMul: (writer, node, { inputs: [a, b], outputs }) => {
    const { transposeA, transposeB, alpha } = node.attributes
    if (writer.dialect === 'microsoft') {
      const attributes = { transA: Number(transposeA), transB: Number(transposeB), alpha: float(alpha) }
      writer.node('FusedMatMul', [a as string, b as string], attributes, outputs)
      return
    }
    const turned = (name: string, shape: Shape): string => {
      const order = shape.map((_, axis) => axis)
      return writer.node('Transpose', [name], { perm: [...order.slice(0, -2), order.length - 1, order.length - 2] })
    }
    const left = transposeA ? turned(a as string, shapeOf(node, 0)) : (a as string)
    const right = transposeB ? turned(b as string, shapeOf(node, 1)) : (b as string)
    if (alpha === 1) writer.node('MatMul', [left, right], {}, outputs)
    else writer.node('Mul', [writer.node('MatMul', [left, right]), writer.float(alpha)], {}, outputs)
  },
  conv: lowerConv,
  convInputGradient: lowerConvInputGradient,
  convWeightGradient: lowerConvWeightGradient,
  convBatchNorm: lowerConvBatchNorm,
  batchNormGradient: lowerBatchNormGradient,
  maxPool: (writer, node, { inputs, outputs, used }) => {
    const { kernel } = node.attributes
    const [y, positions] = outputs as [string, string]
    if (!used[1]) {
      writer.node('MaxPool', inputs, window(kernel, kernel), [y])
      return
    }
    // With positions, k comparisons along each axis are faster than k² at once; of equal values the first is kept either way.
    const [highest, inRow, ofRow] = [writer.fresh(), writer.fresh(), writer.fresh()]
    writer.node('MaxPool', inputs, window(1, kernel), [highest, inRow])
    writer.node('MaxPool', [highest], window(kernel, 1), [y, ofRow])
    const flat = writer.node('Reshape', [inRow, writer.ints([elementCount(shapeOf(node, 0))])])
    writer.node('Gather', [flat, ofRow], { axis: 0 }, [positions])
  },
  // Each dy is added to the position of its maximum, counted over the whole tensor.
  maxPoolGradient: (writer, node, { inputs: [dy, positions], outputs }) => {
    const shape = shapeOf(node, 0)
    const flat = writer.ints([elementCount(shape)])
    const zeros = writer.node('Expand', [writer.float(0), flat])
    const sum = writer.node(
      'ScatterElements',
      [zeros, writer.node('Reshape', [positions as string, flat]), writer.node('Reshape', [dy as string, flat])],
      { axis: 0, reduction: 'add' },
    )
    writer.node('Reshape', [sum, writer.ints(shape)], {}, outputs)
  },
  upsample2: (writer, _node, { inputs, outputs }) => {
    writer.constant('upsample2_scales', new Float32Array([1, 1, 2, 2]), [4])
    const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
    writer.node('Resize', [...inputs, '', 'upsample2_scales'], attributes, outputs)
  },
  // Ones summed along a row count its cells: 1, 2, 3...
  cellCentres: (writer, _node, { inputs: [x], outputs }) => {
    const sides = writer.node('Shape', [x as string], { start: 2 })
    const ones = writer.node('Expand', [
      writer.float(1),
      writer.node('Concat', [writer.ints([1, 1]), sides], { axis: 0 }),
    ])
    const [xs, ys] = [3, 2].map((axis) => writer.node('CumSum', [ones, writer.ints([axis])])) as [string, string]
    const centres = writer.node('Sub', [writer.node('Concat', [xs, ys], { axis: 1 }), writer.float(0.5)])
    writer.node('Reshape', [centres, writer.ints([1, 2, -1])], {}, outputs)
  },
  // A sum of 4 pixels is 4 times their mean.
  upsample2Gradient: (writer, _node, { inputs, outputs }) => {
    const mean = writer.node('AveragePool', inputs, { kernel_shape: [2, 2], strides: [2, 2] })
    writer.node('Mul', [mean, writer.float(4)], {}, outputs)
  },
}
