import type { Node } from '../graph/graph.ts'
import { imageShape, type Shape } from '../graph/tensor.ts'
import type { Names } from './lowerings.ts'
import type { OnnxWriter } from './onnx-writer.ts'

const firstShape = (node: Node): [number, number, number, number] =>
  imageShape((node.inputs[0] as { shape: Shape }).shape)
const perChannel = (writer: OnnxWriter, vector: string, c: number): string =>
  writer.node('Reshape', [vector, writer.ints([1, c, 1, 1])])

/** Batch norm in training: mean and variance over B, H, W, then one multiplication and one addition per element. */
export function lowerBatchNorm(writer: OnnxWriter, node: Node<'batchNorm'>, { inputs, outputs }: Names): void {
  const [x, scale, shift] = inputs as [string, string, string]
  const [y, mean, variance, inverse] = outputs as [string, string, string, string]
  const [, c] = firstShape(node)
  const axes = writer.ints([0, 2, 3])
  writer.node('ReduceMean', [x, axes], { keepdims: 0 }, [mean])
  const centred = writer.node('Sub', [x, perChannel(writer, mean, c)])
  writer.node('ReduceMean', [writer.node('Mul', [centred, centred]), axes], { keepdims: 0 }, [variance])
  const deviation = writer.node('Sqrt', [writer.node('Add', [variance, writer.float(node.attributes.epsilon)])])
  writer.node('Reciprocal', [deviation], {}, [inverse])
  const factor = perChannel(writer, writer.node('Mul', [scale, inverse]), c)
  writer.node('Add', [writer.node('Mul', [centred, factor]), perChannel(writer, shift, c)], {}, [y])
}

/**
 * With n = B·H·W and x̂ = (x − mean) / deviation: dshift = Σ dy, dscale = Σ dy·x̂,
 * dx = scale / deviation · (dy − dshift / n − x̂ · dscale / n).
 *
 * @source Ioffe and Szegedy 2015, Batch Normalization (arXiv:1502.03167), §3
 */
export function lowerBatchNormGradient(
  writer: OnnxWriter,
  node: Node<'batchNormGradient'>,
  { inputs, outputs }: Names,
): void {
  const [dy, x, scale, mean, inverse] = inputs as [string, string, string, string, string]
  const [dx, dscale, dshift] = outputs as [string, string, string]
  const [b, c, h, w] = firstShape(node)
  const axes = writer.ints([0, 2, 3])
  const perPixel = writer.float(1 / (b * h * w))
  writer.node('ReduceSum', [dy, axes], { keepdims: 0 }, [dshift])
  const centred = writer.node('Sub', [x, perChannel(writer, mean, c)])
  const sum = writer.node('ReduceSum', [writer.node('Mul', [dy, centred]), axes], { keepdims: 0 })
  writer.node('Mul', [sum, inverse], {}, [dscale])
  const slope = perChannel(writer, writer.node('Mul', [writer.node('Mul', [dscale, inverse]), perPixel]), c)
  const offset = perChannel(writer, writer.node('Mul', [dshift, perPixel]), c)
  const inner = writer.node('Sub', [writer.node('Sub', [dy, offset]), writer.node('Mul', [centred, slope])])
  writer.node('Mul', [inner, perChannel(writer, writer.node('Mul', [scale, inverse]), c)], {}, [dx])
}

/** y = x · sigmoid(x); the sigmoid is kept for the gradient. */
export function lowerSilu(writer: OnnxWriter, _node: Node<'silu'>, { inputs: [x], outputs: [y, gate] }: Names): void {
  writer.node('Sigmoid', [x as string], {}, [gate as string])
  writer.node('Mul', [x as string, gate as string], {}, [y as string])
}

/** With s = sigmoid(x) and y = x·s: dx = dy · (s + y − y·s). */
export function lowerSiluGradient(writer: OnnxWriter, _node: Node<'siluGradient'>, { inputs, outputs }: Names): void {
  const [dy, y, gate] = inputs as [string, string, string]
  const rest = writer.node('Sub', [y, writer.node('Mul', [y, gate])])
  writer.node('Mul', [dy, writer.node('Add', [gate, rest])], {}, outputs)
}
