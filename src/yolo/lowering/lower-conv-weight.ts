import type { Node } from '../graph/graph.ts'
import { inputShapeOf } from './lower-conv.ts'
import type { Names } from './lowerings.ts'
import { channelDot } from './lower-norm.ts'
import type { OnnxWriter } from './onnx-writer.ts'

type WeightGradient = Node<'convWeightGradient'>

/** Cells in height and width. */
type Window = readonly [height: number, width: number]

const CENTRE: Window = [1, 1]

/** With at most so many channels, unfolded pixels are the left matrix: the right one is copied once more. Measured on CPU. */
const FEW_CHANNELS = 16

/**
 * dw of a convolution: for each kernel cell, the product over pixels of dy with the pixels of x under that cell.
 *
 * The pixels under the cells are unfolded into channels of their own, which makes one matrix product an image of all
 * cells, `[K, P] · [C·k², P]ᵀ` with P output pixels; the products are summed over images. Moving x one way under dy is
 * moving dy the other way over x, so {@link unfolding} decides which of the two is unfolded by how much.
 *
 * Depthwise, it is elementwise products of moved images.
 */
export function lowerConvWeightGradient(writer: OnnxWriter, node: WeightGradient, { inputs, outputs }: Names): void {
  const [x, dy] = inputs as [string, string]
  if (node.attributes.groups > 1) lowerDepthwise(writer, node, x, dy, outputs)
  else lowerDense(writer, node, x, dy, outputs)
}

/**
 * At stride 1, columns of x and rows of dy are moved and each pair is multiplied: matrix products of one channel are too
 * small to pay for unfolding, which is left to other strides.
 */
function lowerDepthwise(
  writer: OnnxWriter,
  node: WeightGradient,
  x: string,
  dy: string,
  outputs: readonly string[],
): void {
  const { kernel, stride } = node.attributes
  const shape = inputShapeOf(node, 0)
  const [b, c, h, w] = shape
  if (stride > 1) {
    const [, , oh, ow] = inputShapeOf(node, 1)
    const pixels = unfold(writer, x, c, [kernel, kernel], { stride })
    const cells = writer.node('Reshape', [pixels, writer.ints([b * c, kernel * kernel, oh * ow])])
    const products = timesTransposed(writer, cells, writer.node('Reshape', [dy, writer.ints([b * c, 1, oh * ow])]))
    const sum = sumOverImages(writer, products, [b, c * kernel * kernel])
    writer.node('Reshape', [sum, writer.ints([c, 1, kernel, kernel])], {}, outputs)
    return
  }
  const columns = shifts(writer, x, { axis: 3, size: w, kernel })
  const rows = shifts(writer, dy, { axis: 2, size: h, kernel }).toReversed()
  const sums = rows.flatMap((row) => columns.map((column) => channelDot(writer, column, row, shape)))
  const cells = sums.map((sum) => writer.node('Reshape', [sum, writer.ints([c, 1])]))
  const joined = writer.node('Concat', cells, { axis: 1 })
  writer.node('Reshape', [joined, writer.ints([c, 1, kernel, kernel])], {}, outputs)
}

interface Shifts {
  readonly axis: number
  /** Of the axis, in pixels. */
  readonly size: number
  readonly kernel: number
}

/** An image moved along an axis by −p … p pixels, zeros moving in, where p is half of the kernel. */
function shifts(writer: OnnxWriter, name: string, { axis, size, kernel }: Shifts): string[] {
  const p = kernel >> 1
  const margin = [0, 1, 2, 3].map((each) => (each === axis ? p : 0))
  const padded = writer.node('Pad', [name, writer.ints([...margin, ...margin])])
  return Array.from({ length: kernel }, (_, i) =>
    i === p ? name : writer.node('Slice', [padded, writer.ints([i]), writer.ints([i + size]), writer.ints([axis])]),
  )
}

function lowerDense(writer: OnnxWriter, node: WeightGradient, x: string, dy: string, outputs: readonly string[]): void {
  const { kernel, stride } = node.attributes
  const [b, c] = inputShapeOf(node, 0)
  const [, k, oh, ow] = inputShapeOf(node, 1)
  const { ofX, ofDy } = unfolding(node)
  const matrix = (name: string, rows: number): string => writer.node('Reshape', [name, writer.ints([b, rows, oh * ow])])
  const gradient = matrix(unfold(writer, dy, k, ofDy, { isTurned: true }), k * ofDy[0] * ofDy[1])
  const pixels = matrix(unfold(writer, x, c, ofX, { stride }), c * ofX[0] * ofX[1])
  const shape = writer.ints([k, c, kernel, kernel])
  if (ofDy === CENTRE && c <= FEW_CHANNELS) {
    const cells = c * ofX[0] * ofX[1]
    const sum = sumOverImages(writer, timesTransposed(writer, pixels, gradient), [b, cells * k])
    const turned = writer.node('Transpose', [writer.node('Reshape', [sum, writer.ints([cells, k])])], { perm: [1, 0] })
    writer.node('Reshape', [turned, shape], {}, outputs)
    return
  }
  const sum = sumOverImages(writer, timesTransposed(writer, gradient, pixels), [b, k * c * kernel * kernel])
  if (ofDy === CENTRE) {
    writer.node('Reshape', [sum, shape], {}, outputs)
    return
  }
  if (ofX === CENTRE) {
    const cells = writer.node('Reshape', [sum, writer.ints([k, kernel * kernel, c])])
    writer.node('Reshape', [writer.node('Transpose', [cells], { perm: [0, 2, 1] }), shape], {}, outputs)
    return
  }
  // A cell's row is told by one of the two and its column by one of the two; the other has but one.
  const cells = writer.node('Reshape', [sum, writer.ints([k, ...ofDy, c, ...ofX])])
  const turned = writer.node('Transpose', [cells], { perm: [0, 3, 1, 4, 2, 5] })
  writer.node('Reshape', [turned, shape], {}, outputs)
}

/**
 * Which cells are unfolded from x and which from dy, such that the fewest values are written: all from that which has less
 * than half of the other's channels, else columns from x and rows from dy. With a stride only x can be moved.
 */
function unfolding(node: WeightGradient): { readonly ofX: Window; readonly ofDy: Window } {
  const { kernel, stride } = node.attributes
  const [, c] = inputShapeOf(node, 0)
  const [, k] = inputShapeOf(node, 1)
  const all: Window = [kernel, kernel]
  if (kernel === 1 || stride > 1 || c * 2 <= k) return { ofX: all, ofDy: CENTRE }
  if (k * 2 <= c) return { ofX: CENTRE, ofDy: all }
  return { ofX: [1, kernel], ofDy: [kernel, 1] }
}

/**
 * The pixels under each cell of a window around every (stride-th) pixel, zero beyond the edges: `[B, C, H, W]` as
 * `[B, C · cells, H / stride, W / stride]`.
 *
 * A convolution of each channel with as many unit kernels as the window has cells: the runtime executes it on all threads,
 * unlike `Pad`, `Slice` and `Concat`.
 *
 * @param isTurned cells are listed from the last to the first
 */
function unfold(
  writer: OnnxWriter,
  name: string,
  channels: number,
  [height, width]: Window,
  { stride = 1, isTurned = false }: { readonly stride?: number; readonly isTurned?: boolean },
): string {
  const cells = height * width
  if (cells === 1 && stride === 1) return name
  const kernels = Float32Array.from({ length: channels * cells * cells }, (_, i) => {
    const [unit, cell] = [Math.trunc(i / cells) % cells, i % cells]
    return Number(cell === (isTurned ? cells - 1 - unit : unit))
  })
  const constant = `units_${channels}_${height}_${width}${isTurned ? '_turned' : ''}`
  writer.constant(constant, kernels, [channels * cells, 1, height, width])
  const [p, q] = [height >> 1, width >> 1]
  return writer.node('Conv', [name, constant], {
    kernel_shape: [height, width],
    pads: [p, q, p, q],
    strides: [stride, stride],
    group: channels,
  })
}

/** Σ over the images of values that are `[B, N]` in memory, `[N]`: as a matrix product, which is ten times as fast as `ReduceSum`. */
function sumOverImages(writer: OnnxWriter, products: string, [b, n]: readonly [number, number]): string {
  writer.constant(`ones_${b}`, new Float32Array(b).fill(1), [b])
  return writer.node('MatMul', [`ones_${b}`, writer.node('Reshape', [products, writer.ints([b, n])])])
}

/** a · bᵀ over the last two axes of `[·, ·, ·]`. */
function timesTransposed(writer: OnnxWriter, a: string, b: string): string {
  if (writer.dialect === 'microsoft') return writer.node('FusedMatMul', [a, b], { transB: 1 })
  const last = (name: string): string => writer.node('Transpose', [name], { perm: [0, 2, 1] })
  return writer.node('MatMul', [a, last(b)])
}
