import type { Node } from '../graph/graph.ts'
import { type Shape, imageShape } from '../graph/tensor.ts'
import type { Names } from './lowerings.ts'
import type { OnnxWriter } from './onnx-writer.ts'

const shapeOf = (node: Node, input: number): [number, number, number, number] =>
  imageShape((node.inputs[input] as Node['inputs'][number]).shape as Shape)

const geometry = (kernel: number, stride: number, groups: number): Record<string, number | readonly number[]> => {
  const p = kernel >> 1
  return { kernel_shape: [kernel, kernel], pads: [p, p, p, p], strides: [stride, stride], group: groups }
}

export function lowerConv(writer: OnnxWriter, { attributes }: Node<'conv'>, { inputs, outputs }: Names): void {
  writer.node('Conv', inputs, geometry(attributes.kernel, attributes.stride, attributes.groups), outputs)
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
 * - few input channels: those products are too thin, so x and dy swap batch and channels and dy is the kernel of a convolution
 * - depthwise: elementwise products, summed
 */
export function lowerConvWeightGradient(
  writer: OnnxWriter,
  node: Node<'convWeightGradient'>,
  { inputs, outputs }: Names,
): void {
  const [x, dy] = inputs as [string, string]
  const { kernel, stride, groups } = node.attributes
  const [b, c, h, w] = shapeOf(node, 0)
  const [, k, oh, ow] = shapeOf(node, 1)
  const p = kernel >> 1
  const asMatrix = (name: string, channels: number): string =>
    writer.node('Reshape', [name, writer.ints([b, channels, oh * ow])])
  const product = (left: string, right: string): string => {
    const turned = writer.dialect === 'microsoft' ? right : writer.node('Transpose', [right], { perm: [0, 2, 1] })
    const m =
      writer.dialect === 'microsoft'
        ? writer.node('FusedMatMul', [left, turned], { transB: 1 })
        : writer.node('MatMul', [left, turned])
    return writer.node('ReduceSum', [m, writer.ints([0])], { keepdims: 1 })
  }
  if (kernel === 1 && stride === 1 && groups === 1) {
    const sum = product(asMatrix(dy, k), asMatrix(x, c))
    writer.node('Reshape', [sum, writer.ints([k, c, 1, 1])], {}, outputs)
    return
  }
  if (groups === 1 && c < 8) {
    const swap = { perm: [1, 0, 2, 3] }
    // Whatever padding after the image makes the result k×k.
    const after = (size: number, out: number): number => kernel + (out - 1) * stride - size - p
    const pads = [p, p, after(h, oh), after(w, ow)]
    const attributes = { kernel_shape: [oh, ow], pads, dilations: [stride, stride], strides: [1, 1] }
    const turned = writer.node(
      'Conv',
      [writer.node('Transpose', [x], swap), writer.node('Transpose', [dy], swap)],
      attributes,
    )
    writer.node('Transpose', [turned], swap, outputs)
    return
  }
  const padded = p === 0 ? x : writer.node('Pad', [x, writer.ints([0, 0, p, p, 0, 0, p, p])])
  const left = groups === 1 ? asMatrix(dy, k) : dy
  const cells: string[] = []
  for (let i = 0; i < kernel; i++) {
    for (let j = 0; j < kernel; j++) {
      const ends = writer.ints([i + stride * (oh - 1) + 1, j + stride * (ow - 1) + 1])
      const under = writer.node('Slice', [
        padded,
        writer.ints([i, j]),
        ends,
        writer.ints([2, 3]),
        writer.ints([stride, stride]),
      ])
      if (groups === 1) cells.push(product(left, asMatrix(under, c)))
      else {
        const sum = writer.node('ReduceSum', [writer.node('Mul', [under, left]), writer.ints([0, 2, 3])], {
          keepdims: 0,
        })
        cells.push(writer.node('Reshape', [sum, writer.ints([1, k, 1])]))
      }
    }
  }
  const all = writer.node('Transpose', [writer.node('Concat', cells, { axis: 0 })], { perm: [1, 2, 0] })
  writer.node('Reshape', [all, writer.ints([k, c / groups, kernel, kernel])], {}, outputs)
}
