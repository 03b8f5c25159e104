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
  const [, , oh, ow] = inputShapeOf(node, 0)
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
