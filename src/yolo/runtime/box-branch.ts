import type { onnx as Onnx } from 'onnx-proto'

/** A convolution inside a file. */
export interface BranchConv {
  /** Name of `[out, in, k, k]`. */
  readonly weight: string
  /** Name of `[out]`. */
  readonly bias: string
  readonly outputs: number
}

/** The branch of one level that predicts boxes: 3×3, SiLU, 3×3, SiLU, 1×1. */
export interface BoxBranch {
  /** Name of the map that it reads, `[B, C, H/s, W/s]`. */
  readonly features: string
  /** C */
  readonly channels: number
  /** ONNX's number for the type of `features`. */
  readonly elementType: number
  readonly convs: readonly [first: BranchConv, second: BranchConv, last: BranchConv]
}

/**
 * Finds the branch that ends in `distances`.
 *
 * @returns undefined when it is made otherwise, as in a file that someone has changed
 */
export function boxBranch(graph: Onnx.IGraphProto, distances: string): BoxBranch | undefined {
  const last = plainConv(graph, distances, 1)
  const second = last && plainConv(graph, beforeSilu(graph, last.input), 3)
  const first = second && plainConv(graph, beforeSilu(graph, second.input), 3)
  if (!last || !second || !first) return
  const { input: features, inputs: channels, elementType } = first
  return { features, channels, elementType, convs: [first, second, last] }
}

interface FoundConv extends BranchConv {
  readonly input: string
  readonly inputs: number
  readonly elementType: number
}

/** The convolution that makes `name`, if it has stride 1, keeps the size of the map and sees all channels. */
function plainConv(graph: Onnx.IGraphProto, name: string | undefined, kernel: 1 | 3): FoundConv | undefined {
  const node = producer(graph, name)
  const [input, weight, bias] = node?.input ?? []
  if (node?.opType !== 'Conv' || !input || !weight || !bias) return
  const stored = storedWeight(graph, weight)
  const [outputs, inputs, ...window] = (stored?.dims ?? []).map(Number)
  const wanted: Readonly<Record<string, number>> = {
    kernel_shape: kernel,
    strides: 1,
    dilations: 1,
    pads: kernel >> 1,
    group: 1,
  }
  const plain = (node.attribute ?? []).every(({ name: key, i, ints }) =>
    (ints?.length ? ints : [i]).every((given) => Number(given) === wanted[key ?? '']),
  )
  if (!plain || !outputs || !inputs || window.some((side) => side !== kernel)) return
  return { input, weight, bias, inputs, outputs, elementType: stored?.dataType === HALF ? HALF : 1 }
}

/** ONNX's number for f16. */
const HALF = 10

/** What is multiplied with its own sigmoid to make `name`. */
function beforeSilu(graph: Onnx.IGraphProto, name: string): string | undefined {
  const product = producer(graph, name)
  const [x, gate] = product?.input ?? []
  const sigmoid = producer(graph, gate)
  return product?.opType === 'Mul' && sigmoid?.opType === 'Sigmoid' && sigmoid.input?.[0] === x ? x : undefined
}

/** The node that makes `name`; one that merely changes its precision is passed over. */
function producer(graph: Onnx.IGraphProto, name: string | undefined): Onnx.INodeProto | undefined {
  const node = (graph.node ?? []).find(({ output }) => name !== undefined && output?.includes(name))
  return node?.opType === 'Cast' ? producer(graph, node.input?.[0] as string) : node
}

/** A weight as the file holds it, perhaps in fewer bits. */
function storedWeight(graph: Onnx.IGraphProto, name: string): Onnx.ITensorProto | undefined {
  const node = (graph.node ?? []).find(({ output }) => output?.includes(name))
  const stored = node?.opType === 'DequantizeLinear' ? node.input?.[0] : name
  return (graph.initializer ?? []).find((tensor) => tensor.name === stored)
}
