import type { Node } from '../graph/graph.ts'
import type { ConvWindow } from '../graph/op.ts'
import { type Shape, imageShape } from '../graph/tensor.ts'
import type { Names } from './lowerings.ts'
import type { OnnxWriter } from './onnx-writer.ts'

/** `[B, C, H, W]` of a node's input. */
export const inputShapeOf = (node: Node, input: number): [number, number, number, number] =>
  imageShape((node.inputs[input] as Node['inputs'][number]).shape as Shape)

const geometry = (kernel: number, stride: number, groups: number): Record<string, number | readonly number[]> => {
  const p = kernel >> 1
  return { kernel_shape: [kernel, kernel], pads: [p, p, p, p], strides: [stride, stride], group: groups }
}

export function lowerConv(writer: OnnxWriter, node: Node<'conv' | 'convBatchNorm'>, { inputs, outputs }: Names): void {
  const { kernel, stride, groups } = node.attributes
  const [x, weight, ...bias] = inputs as [string, string, ...string[]]
  if (bias.length > 0) writer.node('Conv', inputs, geometry(kernel, stride, groups), outputs)
  else convolve(writer, x, weight, { kernel, stride, groups }, sizeOf(node), outputs)
}

/** What decides whether a convolution runs in blocks. */
interface Size {
  readonly channels: number
  readonly outChannels: number
  /** Height of the result. */
  readonly height: number
}

const sizeOf = (node: Node): Size => {
  const [, channels] = inputShapeOf(node, 0)
  const [, outChannels, height] = imageShape((node.outputs[0] as Node['outputs'][number]).shape)
  return { channels, outChannels, height }
}

/** @param weight `[K, C / groups, k, k]` */
function convolve(
  writer: OnnxWriter,
  x: string,
  weight: string,
  window: ConvWindow,
  size: Size,
  outputs: readonly string[],
): void {
  const { kernel, stride, groups } = window
  const { channelBlock: block } = writer
  if (block === undefined || !gainsFromBlocks(block, window, size)) {
    writer.node('Conv', [x, weight], geometry(kernel, stride, groups), outputs)
    return
  }
  const filter =
    groups === 1
      ? denseFilter(writer, weight, block, kernel, size)
      : depthwiseFilter(writer, weight, block, kernel, groups)
  // Less than a block of channels is read as it lies.
  const input = size.channels < block ? x : writer.node('ToBlocked', [x])
  const y = writer.node('BlockedConv', [input, filter], geometry(kernel, stride, groups))
  writer.node('FromBlocked', [y], { channels: size.outChannels }, outputs)
}

/** Dense convolutions of more weights a cell, or of lower images, lose by the reorderings what blocks gain. */
const MAX_WEIGHTS = 4096
const MIN_HEIGHT = 40

/**
 * Whether a convolution is faster with its channels in blocks, reorderings included: depthwise ones are 3 to 7 times as
 * fast, dense ones up to 1.5 times where they have few channels and large images. Measured on CPU.
 */
function gainsFromBlocks(
  block: number,
  { kernel, groups }: ConvWindow,
  { channels, outChannels, height }: Size,
): boolean {
  if (kernel === 1) return false
  if (groups > 1) return groups === channels && groups % block === 0
  const isWhole = (channels < block || channels % block === 0) && outChannels % block === 0
  return isWhole && channels * outChannels <= MAX_WEIGHTS && height >= MIN_HEIGHT
}

/** `[K, C, k, k]` as `[K / b, C / b, k, k, b of C, b of K]`; less than a block of C is one of its own. */
function denseFilter(writer: OnnxWriter, weight: string, block: number, kernel: number, size: Size): string {
  const { channels, outChannels } = size
  if (channels < block) return narrowFilter(writer, weight, block, kernel, size)
  const cells = kernel * kernel
  const split = writer.node('Reshape', [weight, writer.ints([outChannels / block, block, channels * cells])])
  const ofK = writer.node('Transpose', [split], { perm: [0, 2, 1] })
  const blocks = writer.ints([(outChannels * channels) / block / block, block, cells, block])
  // Two steps that each move one axis: four times as fast as one that moves three.
  const ofC = writer.node('Transpose', [writer.node('Reshape', [ofK, blocks])], { perm: [0, 2, 1, 3] })
  return writer.node('Reshape', [ofC, writer.ints([outChannels, channels, kernel, kernel])])
}

/** `[K, C, k, k]` as `[K / b, C, k, k, b of K]`. */
function narrowFilter(writer: OnnxWriter, weight: string, block: number, kernel: number, size: Size): string {
  const { channels, outChannels } = size
  const split = writer.node('Reshape', [weight, writer.ints([outChannels / block, block, channels * kernel * kernel])])
  const turned = writer.node('Transpose', [split], { perm: [0, 2, 1] })
  return writer.node('Reshape', [turned, writer.ints([outChannels, channels, kernel, kernel])])
}

/** `[C, 1, k, k]` as `[C / b, k, k, b]`. */
function depthwiseFilter(writer: OnnxWriter, weight: string, block: number, kernel: number, groups: number): string {
  const split = writer.node('Reshape', [weight, writer.ints([groups / block, block, kernel * kernel])])
  const turned = writer.node('Transpose', [split], { perm: [0, 2, 1] })
  return writer.node('Reshape', [turned, writer.ints([groups, 1, kernel, kernel])])
}

/**
 * dx of a convolution.
 *
 * At stride 1 it is the convolution of dy with the kernel turned by 180° and its channel axes swapped, which runs
 * twice as fast as ConvTranspose.
 */
export function lowerConvInputGradient(
  writer: OnnxWriter,
  node: Node<'convInputGradient'>,
  { inputs, outputs }: Names,
): void {
  const [dy, weight] = inputs as [string, string]
  const { kernel, stride, groups, inputShape } = node.attributes
  const [, , oh, ow] = inputShapeOf(node, 0)
  if (stride === 1) {
    const [, channels] = inputShapeOf(node, 0)
    // A depthwise kernel has one channel on its second axis, so there is nothing to swap.
    const swapped = groups === 1 ? writer.node('Transpose', [weight], { perm: [1, 0, 2, 3] }) : weight
    const [rows, columns] = groups === 1 ? [inputShape[1] as number, channels] : [channels, 1]
    const turned = kernel === 1 ? swapped : turn(writer, swapped, [rows, columns, kernel, kernel])
    convolve(writer, dy, turned, { kernel, stride, groups }, sizeOf(node), outputs)
    return
  }
  const [, , h, w] = inputShape as [number, number, number, number]
  const covered = (size: number): number => (size - 1) * stride - 2 * (kernel >> 1) + kernel
  const attributes = { ...geometry(kernel, stride, groups), output_padding: [h - covered(oh), w - covered(ow)] }
  writer.node('ConvTranspose', [dy, weight], attributes, outputs)
}

/**
 * `[K, C, k, k]` with each kernel turned by 180°: a product with a permutation, which changes no value and takes a fifth of the
 * time of a `Slice` backwards.
 */
function turn(writer: OnnxWriter, weight: string, shape: readonly [number, number, number, number]): string {
  const [k, c, height, width] = shape
  const cells = height * width
  const backwards = Float32Array.from({ length: cells * cells }, (_, i) =>
    Number(Math.trunc(i / cells) + (i % cells) === cells - 1),
  )
  writer.constant(`turn_${cells}`, backwards, [cells, cells])
  const rows = writer.node('Reshape', [weight, writer.ints([k * c, cells])])
  return writer.node('Reshape', [writer.node('MatMul', [rows, `turn_${cells}`]), writer.ints(shape)])
}
