import { internalError } from '../../core/errors.ts'
import * as op from '../graph/build.ts'
import { apply, apply1, type Node, scalar } from '../graph/graph.ts'
import type { OpName } from '../graph/op.ts'
import { type Shape, sameShape, type Tensor } from '../graph/tensor.ts'

/**
 * From the gradients of an operation's outputs to those of its inputs.
 *
 * @param outputGradients null where nothing depends on that output
 * @param wanted whether the gradient of each input is needed; rules may skip what is not
 * @returns one per input, null where the loss does not depend on it or it is not wanted
 */
export type GradientRule<K extends OpName> = (
  node: Node<K>,
  outputGradients: readonly (Tensor | null)[],
  wanted: readonly boolean[],
) => readonly (Tensor | null)[]

/** The loss may not flow through this operation: it has no gradient, or it is itself a gradient. */
export const NOT_DIFFERENTIABLE = 'not-differentiable'

type Rule<K extends OpName> = GradientRule<K> | typeof NOT_DIFFERENTIABLE

/** Sums a gradient over the axes along which its operand was stretched. */
function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient
  const lead = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []))
  return op.reshape(op.reduceSum(gradient, axes, true), shape)
}

/** A rule for one input and one output. */
const unary =
  (rule: (dy: Tensor, x: Tensor, y: Tensor) => Tensor | null) =>
  (node: Node, [dy]: readonly (Tensor | null)[]): readonly (Tensor | null)[] => [
    dy ? rule(dy, node.inputs[0] as Tensor, node.outputs[0] as Tensor) : null,
  ]

/** A rule for two broadcast inputs, each side a function of (dy, a, b, y). */
type Side = (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor
const binary =
  (left: Side, right: Side) =>
  (node: Node, [dy]: readonly (Tensor | null)[], wanted: readonly boolean[]): readonly (Tensor | null)[] => {
    const [a, b] = node.inputs as [Tensor, Tensor]
    const y = node.outputs[0] as Tensor
    if (!dy) return [null, null]
    return [
      wanted[0] ? unbroadcast(left(dy, a, b, y), a.shape) : null,
      wanted[1] ? unbroadcast(right(dy, a, b, y), b.shape) : null,
    ]
  }

/** Restores the axes that a reduction dropped, so that the gradient broadcasts. */
function kept(dy: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return op.reshape(
    dy,
    shape.map((n, i) => (axes.includes(i) ? 1 : n)),
  )
}

function zeros(beside: Tensor, shape: Shape): Tensor {
  return op.expand(scalar(beside.graph, 0), shape)
}

/** Gradient rules of every operation. */
export const GRADIENT_RULES: { readonly [K in OpName]: Rule<K> } = {
  exp: unary((dy, _x, y) => op.mul(dy, y)),
  log: unary((dy, x) => op.div(dy, x)),
  sqrt: unary((dy, _x, y) => op.div(op.mul(dy, 0.5), y)),
  atan: unary((dy, x) => op.div(dy, op.add(op.square(x), 1))),
  sigmoid: unary((dy, _x, y) => op.mul(dy, op.mul(y, op.sub(1, y)))),
  reciprocal: unary((dy, _x, y) => op.mul(op.mul(dy, op.square(y)), -1)),
  toFloat: NOT_DIFFERENTIABLE,
  stopGradient: () => [null],
  add: binary(
    (dy) => dy,
    (dy) => dy,
  ),
  sub: binary(
    (dy) => dy,
    (dy) => op.mul(dy, -1),
  ),
  mul: binary(
    (dy, _a, b) => op.mul(dy, b),
    (dy, a) => op.mul(dy, a),
  ),
  div: binary(
    (dy, _a, b) => op.div(dy, b),
    (dy, _a, b, y) => op.mul(op.div(op.mul(dy, y), b), -1),
  ),
  // Where both sides are equal the whole gradient goes to the left one.
  min: binary(
    (dy, a, b) => op.mul(dy, op.toFloat(op.greaterOrEqual(b, a))),
    (dy, a, b) => op.mul(dy, op.toFloat(op.greater(a, b))),
  ),
  max: binary(
    (dy, a, b) => op.mul(dy, op.toFloat(op.greaterOrEqual(a, b))),
    (dy, a, b) => op.mul(dy, op.toFloat(op.greater(b, a))),
  ),
  greater: NOT_DIFFERENTIABLE,
  greaterOrEqual: NOT_DIFFERENTIABLE,
  equal: NOT_DIFFERENTIABLE,
  silu: ({ outputs: [y, gate] }, [dy]) => [dy ? apply1('siluGradient', [dy, y as Tensor, gate as Tensor], {}) : null],
  siluGradient: NOT_DIFFERENTIABLE,
  // d/dz = sigmoid(z) − t; targets are data.
  binaryCrossEntropy: ({ inputs: [z, t] }, [dy]) => [
    dy ? op.mul(dy, op.sub(op.sigmoid(z as Tensor), t as Tensor)) : null,
    null,
  ],
  reduceSum: ({ inputs: [x], attributes: { axes } }, [dy]) => [
    dy && x ? op.expand(kept(dy, x.shape, axes), x.shape) : null,
  ],
  reduceMax: NOT_DIFFERENTIABLE,
  softmax: (node, [dy]) => {
    const y = node.outputs[0] as Tensor
    if (!dy) return [null]
    const inner = op.reduceSum(op.mul(dy, y), [node.attributes.axis], true)
    return [op.mul(y, op.sub(dy, inner))]
  },
  logSoftmax: (node, [dy]) => {
    const y = node.outputs[0] as Tensor
    if (!dy) return [null]
    return [op.sub(dy, op.mul(op.exp(y), op.reduceSum(dy, [node.attributes.axis], true)))]
  },
  greatestMask: NOT_DIFFERENTIABLE,
  topMask: NOT_DIFFERENTIABLE,
  reshape: unary((dy, x) => op.reshape(dy, x.shape)),
  reshapeLike: ({ inputs: [x] }, [dy]) => [dy ? op.reshape(dy, (x as Tensor).shape) : null, null],
  transpose: (node, [dy]) => {
    const { order } = node.attributes
    return [
      dy
        ? op.transpose(
            dy,
            order.map((_, axis) => order.indexOf(axis)),
          )
        : null,
    ]
  },
  expand: unary((dy, x) => unbroadcast(dy, x.shape)),
  concat: ({ inputs, attributes: { axis } }, [dy]) => {
    if (!dy) return inputs.map(() => null)
    return op.split(
      dy,
      axis,
      inputs.map((x) => x.shape[axis] as number),
    )
  },
  split: ({ outputs, attributes: { axis } }, gradients) => {
    if (gradients.every((g) => g === null)) return [null]
    return [
      op.concat(
        outputs.map((out, i) => gradients[i] ?? zeros(out, out.shape)),
        axis,
      ),
    ]
  },
  slice: ({ inputs: [x], attributes: { axis, start, end } }, [dy]) => {
    if (!dy || !x) return [null]
    const gap = (size: number): Tensor[] =>
      size > 0
        ? [
            zeros(
              dy,
              dy.shape.map((n, i) => (i === axis ? size : n)),
            ),
          ]
        : []
    return [op.concat([...gap(start), dy, ...gap((x.shape[axis] as number) - end)], axis)]
  },
  matMul: ({ inputs, attributes: { transposeA, transposeB, alpha } }, [dy], wanted) => {
    const [a, b] = inputs as [Tensor, Tensor]
    if (!dy) return [null, null]
    const da = (): Tensor =>
      transposeA
        ? op.matMul(b, dy, { transposeA: transposeB, transposeB: true, alpha })
        : op.matMul(dy, b, { transposeB: !transposeB, alpha })
    const db = (): Tensor =>
      transposeB
        ? op.matMul(dy, a, { transposeA: true, transposeB: transposeA, alpha })
        : op.matMul(a, dy, { transposeA: !transposeA, alpha })
    return [wanted[0] ? da() : null, wanted[1] ? db() : null]
  },
  conv: ({ inputs: [x, w, bias], attributes }, [dy], wanted) => {
    if (!dy || !x || !w) return [null, null, null]
    const gradients = [
      wanted[0] ? apply1('convInputGradient', [dy, w], { ...attributes, inputShape: x.shape }) : null,
      wanted[1] ? apply1('convWeightGradient', [x, dy], attributes) : null,
    ]
    return bias ? [...gradients, wanted[2] ? op.reduceSum(dy, [0, 2, 3]) : null] : gradients
  },
  convInputGradient: NOT_DIFFERENTIABLE,
  convWeightGradient: NOT_DIFFERENTIABLE,
  // The last step of the norm's gradient, a factor per channel, is applied to the weight and to its gradient instead of
  // to every pixel. The loss must not depend on the statistics themselves, only on y.
  convBatchNorm: ({ inputs, outputs, attributes: { kernel, stride, groups } }, [dy, ...others], wanted) => {
    if (others.some((g) => g !== null)) throw internalError('batch statistics carry no gradient')
    if (!dy) return [null, null, null, null]
    const [x, weight, scale] = inputs as [Tensor, Tensor, Tensor, Tensor]
    const [, mean, , inverse, convolved] = outputs as [Tensor, Tensor, Tensor, Tensor, Tensor]
    const [unscaled, dscale, dshift, factor] = apply(
      'batchNormGradient',
      [dy, convolved, scale, mean, inverse],
      {},
    ) as [Tensor, Tensor, Tensor, Tensor]
    const window = { kernel, stride, groups }
    const factors = op.reshape(factor, [factor.shape[0] as number, 1, 1, 1])
    const dx = (): Tensor =>
      apply1('convInputGradient', [unscaled, op.mul(weight, factors)], { ...window, inputShape: x.shape })
    const dweight = (): Tensor => op.mul(apply1('convWeightGradient', [x, unscaled], window), factors)
    return [wanted[0] ? dx() : null, wanted[1] ? dweight() : null, dscale, dshift]
  },
  batchNormGradient: NOT_DIFFERENTIABLE,
  maxPool: ({ outputs: [, positions] }, [dy]) => [dy ? apply1('maxPoolGradient', [dy, positions as Tensor], {}) : null],
  maxPoolGradient: NOT_DIFFERENTIABLE,
  upsample2: unary((dy) => apply1('upsample2Gradient', [dy], {})),
  upsample2Gradient: NOT_DIFFERENTIABLE,
  cellCentres: NOT_DIFFERENTIABLE,
}
