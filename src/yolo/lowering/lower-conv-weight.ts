import type { Node } from '../graph/graph.ts'
import { inputShapeOf } from './lower-conv.ts'
import type { Names } from './lowerings.ts'
import type { OnnxWriter } from './onnx-writer.ts'

type WeightGradient = Node<'convWeightGradient'>

/** Below so many input channels a product per kernel cell is too thin. */
const THIN = 8

/** Images of fewer pixels are multiplied all at once: image by image the products are too short. Measured on CPU. */
const FEW_PIXELS = 500

/**
 * dw of a convolution: for each of the k² kernel cells, the product over pixels of dy with the pixels of x under that cell.
 *
 * - dense, large images: a matrix product per cell and image, `[K, P] · [C, P]ᵀ` with P output pixels, summed over images
 * - dense, small images: one product over the pixels of all images and for all cells
 * - few input channels: the cells are stacked and multiplied at once, image by image
 * - depthwise: elementwise products, summed
 *
 * At stride 2 the pixels of x are first sorted into their four phases, within which a cell is a dense slice.
 */
export function lowerConvWeightGradient(writer: OnnxWriter, node: WeightGradient, { inputs, outputs }: Names): void {
  const [x, dy] = inputs as [string, string]
  const [, , oh, ow] = inputShapeOf(node, 1)
  const { kernel, stride, groups } = node.attributes
  if (groups > 1) lowerDepthwise(writer, node, x, dy, outputs)
  else if (oh * ow < FEW_PIXELS) lowerAcrossImages(writer, node, x, dy, outputs)
  else if (kernel === 1 && stride === 1) lowerPointwise(writer, node, x, dy, outputs)
  else lowerByCell(writer, node, x, dy, outputs)
}

function lowerDepthwise(
  writer: OnnxWriter,
  node: WeightGradient,
  x: string,
  dy: string,
  outputs: readonly string[],
): void {
  const { kernel } = node.attributes
  const [, k] = inputShapeOf(node, 1)
  const sums = pixelsUnderCells(writer, node, x).map((pixels) => {
    const sum = writer.node('ReduceSum', [writer.node('Mul', [pixels, dy]), writer.ints([0, 2, 3])], { keepdims: 0 })
    return writer.node('Reshape', [sum, writer.ints([1, k, 1])])
  })
  const turned = writer.node('Transpose', [writer.node('Concat', sums, { axis: 0 })], { perm: [1, 2, 0] })
  writer.node('Reshape', [turned, writer.ints([k, 1, kernel, kernel])], {}, outputs)
}

/** `[K, B·P] · [C·k², B·P]ᵀ`: channels are brought before images, and the result lies as the weight does. */
function lowerAcrossImages(
  writer: OnnxWriter,
  node: WeightGradient,
  x: string,
  dy: string,
  outputs: readonly string[],
): void {
  const { kernel } = node.attributes
  const [b, c, h, w] = inputShapeOf(node, 0)
  const [, k, oh, ow] = inputShapeOf(node, 1)
  const channelsFirst = (name: string): string => writer.node('Transpose', [name], { perm: [1, 0, 2, 3] })
  const gradient = writer.node('Reshape', [channelsFirst(dy), writer.ints([1, k, b * oh * ow])])
  const cells = pixelsUnderCells(writer, node, channelsFirst(x), [c, b, h, w])
  const perCell = (name: string): string => writer.node('Reshape', [name, writer.ints([c, 1, b * oh * ow])])
  const columns = cells.length === 1 ? cells[0]! : writer.node('Concat', cells.map(perCell), { axis: 1 })
  const rows = writer.node('Reshape', [columns, writer.ints([1, c * cells.length, b * oh * ow])])
  const product = timesTransposed(writer, gradient, rows)
  writer.node('Reshape', [product, writer.ints([k, c, kernel, kernel])], {}, outputs)
}

function lowerPointwise(
  writer: OnnxWriter,
  node: WeightGradient,
  x: string,
  dy: string,
  outputs: readonly string[],
): void {
  const [b, c] = inputShapeOf(node, 0)
  const [, k, oh, ow] = inputShapeOf(node, 1)
  const asMatrix = (name: string, channels: number): string =>
    writer.node('Reshape', [name, writer.ints([b, channels, oh * ow])])
  const products = timesTransposed(writer, asMatrix(dy, k), asMatrix(x, c))
  const sum = writer.node('ReduceSum', [products, writer.ints([0])], { keepdims: 0 })
  writer.node('Reshape', [sum, writer.ints([k, c, 1, 1])], {}, outputs)
}

function lowerByCell(
  writer: OnnxWriter,
  node: WeightGradient,
  x: string,
  dy: string,
  outputs: readonly string[],
): void {
  const { kernel } = node.attributes
  const [b, c] = inputShapeOf(node, 0)
  const [, k, oh, ow] = inputShapeOf(node, 1)
  const asMatrix = (name: string, channels: number): string =>
    writer.node('Reshape', [name, writer.ints([b, channels, oh * ow])])
  const under = pixelsUnderCells(writer, node, x)
  const gradient = asMatrix(dy, k)
  const cells = kernel * kernel
  const isThin = c < THIN
  const products = isThin
    ? timesTransposed(writer, gradient, asMatrix(writer.node('Concat', under, { axis: 1 }), cells * c))
    : writer.node(
        'Concat',
        under.map((pixels) => timesTransposed(writer, gradient, asMatrix(pixels, c))),
        { axis: 1 },
      )
  const sum = writer.node('ReduceSum', [products, writer.ints([0])], { keepdims: 0 })
  const perCell = writer.node('Reshape', [sum, writer.ints(isThin ? [k, cells, c] : [cells, k, c])])
  const turned = writer.node('Transpose', [perCell], { perm: isThin ? [0, 2, 1] : [1, 2, 0] })
  writer.node('Reshape', [turned, writer.ints([k, c, kernel, kernel])], {}, outputs)
}

/** a · bᵀ over the last two axes of `[B, ·, ·]`. */
function timesTransposed(writer: OnnxWriter, a: string, b: string): string {
  if (writer.dialect === 'microsoft') return writer.node('FusedMatMul', [a, b], { transB: 1 })
  return writer.node('MatMul', [a, writer.node('Transpose', [b], { perm: [0, 2, 1] })])
}

/**
 * For each kernel cell, row by row, the `[B, C, OH, OW]` pixels of x that it is multiplied with.
 *
 * @param shape of x, whose first two axes may be exchanged
 */
function pixelsUnderCells(
  writer: OnnxWriter,
  node: WeightGradient,
  x: string,
  shape: readonly [number, number, number, number] = inputShapeOf(node, 0),
): string[] {
  const { kernel, stride } = node.attributes
  const [, c, h, w] = shape
  const [, , oh, ow] = inputShapeOf(node, 1)
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
