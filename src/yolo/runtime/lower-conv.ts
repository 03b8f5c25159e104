import type { Node } from '../graph/graph.ts'
import type { ConvWindow } from '../graph/op.ts'
import { type Shape, imageShape } from '../graph/tensor.ts'
import type { Names } from './lowerings.ts'
import type { OnnxWriter } from './onnx-writer.ts'

const shapeOf = (node: Node, input: number): [number, number, number, number] =>
  imageShape((node.inputs[input] as Node['inputs'][number]).shape as Shape)

const geometry = (kernel: number, stride: number, groups: number): Record<string, number | readonly number[]> => {
  const p = kernel >> 1
  return { kernel_shape: [kernel, kernel], pads: [p, p, p, p], strides: [stride, stride], group: groups }
}

export function lowerConv(
  writer: OnnxWriter,
  { attributes }: Node<'conv' | 'convBatchNorm'>,
  { inputs, outputs }: Names,
): void {
  const { kernel, stride, groups } = attributes
  const [x, weight, ...bias] = inputs as [string, string, ...string[]]
  if (bias.length === 0 && isBlocked(writer, kernel, groups)) {
    blockedDepthwise(writer, x, weight, { kernel, stride, groups }, outputs)
    return
  }
  writer.node('Conv', inputs, geometry(kernel, stride, groups), outputs)
}

/**
 * Whether a convolution runs with its channels in blocks: depthwise ones do so 3 to 7 times as fast, both reorderings
 * included; dense ones gain nothing.
 */
function isBlocked({ channelBlock }: OnnxWriter, kernel: number, groups: number): boolean {
  return channelBlock !== undefined && kernel > 1 && groups > 1 && groups % channelBlock === 0
}

/** @param weight `[C, 1, k, k]` */
function blockedDepthwise(
  writer: OnnxWriter,
  x: string,
  weight: string,
  { kernel, stride, groups }: ConvWindow,
  outputs: readonly string[],
): void {
  const block = writer.channelBlock as number
  const cells = kernel * kernel
  const inBlocks = writer.node('Reshape', [weight, writer.ints([groups / block, block, cells])])
  const turned = writer.node('Transpose', [inBlocks], { perm: [0, 2, 1] })
  const filter = writer.node('Reshape', [turned, writer.ints([groups, 1, kernel, kernel])])
  const y = writer.node('BlockedConv', [writer.node('ToBlocked', [x]), filter], geometry(kernel, stride, groups))
  writer.node('FromBlocked', [y], { channels: groups }, outputs)
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
  const [, , oh, ow] = shapeOf(node, 0)
  if (stride === 1) {
    const turned =
      kernel === 1
        ? weight
        : writer.node('Slice', [
            weight,
            writer.ints([-1, -1]),
            writer.ints([-9999, -9999]),
            writer.ints([2, 3]),
            writer.ints([-1, -1]),
          ])
    if (isBlocked(writer, kernel, groups)) {
      blockedDepthwise(writer, dy, turned, { kernel, stride: 1, groups }, outputs)
      return
    }
    // A depthwise kernel has one channel on its second axis, so there is nothing to swap.
    const swapped = groups === 1 ? writer.node('Transpose', [turned], { perm: [1, 0, 2, 3] }) : turned
    writer.node('Conv', [dy, swapped], geometry(kernel, 1, groups), outputs)
    return
  }
  const [, , h, w] = inputShape as [number, number, number, number]
  const covered = (size: number): number => (size - 1) * stride - 2 * (kernel >> 1) + kernel
  const attributes = { ...geometry(kernel, stride, groups), output_padding: [h - covered(oh), w - covered(ow)] }
  writer.node('ConvTranspose', [dy, weight], attributes, outputs)
}

/**
 * dw of a convolution: for each of the k² kernel cells, the product over pixels of dy with the pixels of x under that cell.
 *
 * - dense: one matrix product per cell, `[K, P] · [C, P]ᵀ` with P output pixels
 * - few input channels: those products are too thin, so the cells are stacked and multiplied at once
 * - depthwise: elementwise products, summed
 *
 * At stride 2 the pixels of x are first sorted into their four phases, within which a cell is a dense slice.
 */
export function lowerConvWeightGradient(
  writer: OnnxWriter,
  node: Node<'convWeightGradient'>,
  { inputs, outputs }: Names,
): void {
  const [x, dy] = inputs as [string, string]
  const { kernel, stride, groups } = node.attributes
  const [b, c] = shapeOf(node, 0)
  const [, k, oh, ow] = shapeOf(node, 1)
  const asMatrix = (name: string, channels: number): string =>
    writer.node('Reshape', [name, writer.ints([b, channels, oh * ow])])
  const under = pixelsUnderCells(writer, node, x)
  if (groups > 1) {
    const sums = under.map((pixels) => {
      const sum = writer.node('ReduceSum', [writer.node('Mul', [pixels, dy]), writer.ints([0, 2, 3])], { keepdims: 0 })
      return writer.node('Reshape', [sum, writer.ints([1, k, 1])])
    })
    const turned = writer.node('Transpose', [writer.node('Concat', sums, { axis: 0 })], { perm: [1, 2, 0] })
    writer.node('Reshape', [turned, writer.ints([k, 1, kernel, kernel])], {}, outputs)
    return
  }
  const gradient = asMatrix(dy, k)
  const cells = kernel * kernel
  const overImages = (name: string): string => writer.node('ReduceSum', [name, writer.ints([0])], { keepdims: 0 })
  if (cells === 1 && stride === 1) {
    const sum = overImages(timesTransposed(writer, gradient, asMatrix(x, c)))
    writer.node('Reshape', [sum, writer.ints([k, c, 1, 1])], {}, outputs)
    return
  }
  const thin = c < 8
  const products = thin
    ? timesTransposed(writer, gradient, asMatrix(writer.node('Concat', under, { axis: 1 }), cells * c))
    : writer.node(
        'Concat',
        under.map((pixels) => timesTransposed(writer, gradient, asMatrix(pixels, c))),
        { axis: 1 },
      )
  const perCell = writer.node('Reshape', [overImages(products), writer.ints(thin ? [k, cells, c] : [cells, k, c])])
  const turned = writer.node('Transpose', [perCell], { perm: thin ? [0, 2, 1] : [1, 2, 0] })
  writer.node('Reshape', [turned, writer.ints([k, c, kernel, kernel])], {}, outputs)
}

/** a · bᵀ over the last two axes of `[B, ·, ·]`. */
function timesTransposed(writer: OnnxWriter, a: string, b: string): string {
  if (writer.dialect === 'microsoft') return writer.node('FusedMatMul', [a, b], { transB: 1 })
  return writer.node('MatMul', [a, writer.node('Transpose', [b], { perm: [0, 2, 1] })])
}

/** For each kernel cell, row by row, the `[B, C, OH, OW]` pixels of x that it is multiplied with. */
function pixelsUnderCells(writer: OnnxWriter, node: Node<'convWeightGradient'>, x: string): string[] {
  const { kernel, stride } = node.attributes
  const [, c, h, w] = shapeOf(node, 0)
  const [, , oh, ow] = shapeOf(node, 1)
  const p = kernel >> 1
  if (kernel === 1 && stride === 1) return [x]
  const padded = p === 0 ? x : writer.node('Pad', [x, writer.ints([0, 0, p, p, 0, 0, p, p])])
  const phased = stride === 2 && h % 2 === 0 && w % 2 === 0
  const source = phased ? writer.node('SpaceToDepth', [padded], { blocksize: 2 }) : padded
  const slice = (
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps: number,
  ): string => {
    const bounds = [starts, ends, axes, axes.map(() => steps)].map((values) => writer.ints(values))
    return writer.node('Slice', [source, ...bounds])
  }
  const cells = Array.from(
    { length: kernel * kernel },
    (_, cell) => [Math.trunc(cell / kernel), cell % kernel] as const,
  )
  return cells.map(([i, j]) => {
    if (!phased) {
      return slice([i, j], [i + stride * (oh - 1) + 1, j + stride * (ow - 1) + 1], [2, 3], stride)
    }
    const phase = ((i & 1) * 2 + (j & 1)) * c
    return slice([phase, i >> 1, j >> 1], [phase + c, (i >> 1) + oh, (j >> 1) + ow], [1, 2, 3], 1)
  })
}
