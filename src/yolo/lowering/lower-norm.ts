import type { Node } from '../graph/graph.ts'
import { imageShape, type Shape } from '../graph/tensor.ts'
import { lowerConv } from './lower-conv.ts'
import type { Names } from './lowerings.ts'
import { float, type OnnxWriter } from './onnx-writer.ts'

type ImageShape = readonly [number, number, number, number]

/** Images with at least this many pixels are multiplied as matrices; measured on CPU. */
const LARGE = 1000

/** Σ over B, H, W of each channel, `[C]`: image by image first, which is faster than at once. */
function channelSum(writer: OnnxWriter, x: string, outputs?: readonly string[]): string {
  const perImage = writer.node('ReduceSum', [x, writer.ints([2, 3])], { keepdims: 0 })
  return writer.node('ReduceSum', [perImage, writer.ints([0])], { keepdims: 0 }, outputs)
}

/** Σ over B, H, W of x·y of each channel, `[C]`. */
export function channelDot(writer: OnnxWriter, x: string, y: string, [b, c, h, w]: ImageShape): string {
  if (h * w >= LARGE && writer.dialect === 'microsoft') {
    const row = writer.ints([b, c, 1, h * w])
    const rows = [x, y].map((name) => writer.node('Reshape', [name, row]))
    return writer.node('ReduceSum', [writer.node('FusedMatMul', rows, { transB: 1 }), writer.ints([0, 2, 3])], {
      keepdims: 0,
    })
  }
  // So are squares: `ReduceSumSquare` takes twice the time of both.
  return channelSum(writer, writer.node('Mul', [x, y]))
}

/** scale · (x − mean) / √(variance + ε) + shift in one pass. */
function affine(writer: OnnxWriter, inputs: readonly string[], epsilon: number, output: string): void {
  writer.node('BatchNormalization', inputs, { epsilon: float(epsilon) }, [output])
}

/**
 * Convolution, then batch norm over B, H, W.
 *
 * The variance is E[x²] − E[x]², held at 0 from below: one pass over x less than the centred form.
 */
export function lowerConvBatchNorm(writer: OnnxWriter, node: Node<'convBatchNorm'>, { inputs, outputs }: Names): void {
  const [x, weight, scale, shift] = inputs as [string, string, string, string]
  const [y, mean, variance, inverse, convolved] = outputs as [string, string, string, string, string]
  const { epsilon } = node.attributes
  const shape = imageShape((node.outputs[0] as { shape: Shape }).shape)
  lowerConv(writer, node, { inputs: [x, weight], outputs: [convolved], used: [true] })
  const perPixel = writer.float(1 / (shape[0] * shape[2] * shape[3]))
  writer.node('Mul', [channelSum(writer, convolved), perPixel], {}, [mean])
  const squares = writer.node('Mul', [channelDot(writer, convolved, convolved, shape), perPixel])
  const difference = writer.node('Sub', [squares, writer.node('Mul', [mean, mean])])
  writer.node('Max', [difference, writer.float(0)], {}, [variance])
  const deviation = writer.node('Sqrt', [writer.node('Add', [variance, writer.float(epsilon)])])
  writer.node('Reciprocal', [deviation], {}, [inverse])
  affine(writer, [convolved, scale, shift, mean, variance], epsilon, y)
}

/**
 * With n = B·H·W and x̂ = (x − mean) / deviation: dshift = Σ dy, dscale = Σ dy·x̂, factor = scale / deviation,
 * dx / factor = dy − dshift / n − x̂ · dscale / n, of which the last two terms are one affine map of x.
 *
 * @source Ioffe and Szegedy 2015, Batch Normalization (arXiv:1502.03167), §3
 */
export function lowerBatchNormGradient(
  writer: OnnxWriter,
  node: Node<'batchNormGradient'>,
  { inputs, outputs }: Names,
): void {
  const [dy, x, scale, mean, inverse] = inputs as [string, string, string, string, string]
  const [unscaled, dscale, dshift, factor] = outputs as [string, string, string, string]
  const shape = imageShape((node.inputs[0] as { shape: Shape }).shape)
  const [b, c, h, w] = shape
  channelSum(writer, dy, [dshift])
  const centredDot = writer.node('Sub', [channelDot(writer, dy, x, shape), writer.node('Mul', [mean, dshift])])
  writer.node('Mul', [centredDot, inverse], {}, [dscale])
  writer.node('Mul', [scale, inverse], {}, [factor])
  const perPixel = writer.float(-1 / (b * h * w))
  const slope = writer.node('Mul', [writer.node('Mul', [dscale, inverse]), perPixel])
  const offset = writer.node('Mul', [dshift, perPixel])
  writer.constant(`ones_${c}`, new Float32Array(c).fill(1), [c])
  const correction = writer.fresh()
  affine(writer, [x, slope, offset, mean, `ones_${c}`], 0, correction)
  writer.node('Add', [dy, correction], {}, [unscaled])
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
