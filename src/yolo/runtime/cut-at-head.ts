import onnxProto from 'onnx-proto'
import type { onnx as Onnx } from 'onnx-proto'
import { HEAD_NAMES } from './head-values.ts'

const { onnx } = onnxProto

/** ONNX's number for f32. */
export const FLOAT = 1

/**
 * The part of an exported detector that ends at its head: outputs are the raw predictions of each level, and the images may
 * have any batch size and any sides that are multiples of 32.
 *
 * Boxes are then computed for the few cells that hold an object instead of for all of them.
 *
 * @returns undefined when the file does not describe its head, as files of other products do not
 */
export function cutAtHead(bytes: Uint8Array): Uint8Array | undefined {
  const model = onnx.ModelProto.decode(bytes)
  const { graph } = model
  const names = HEAD_NAMES.flatMap(({ distances, classes }) => [distances, classes])
  const described = new Map((graph?.valueInfo ?? []).map((value) => [value.name, value]))
  const image = graph?.input?.[0]
  if (!graph || !image || !names.every((name) => described.get(name)?.type?.tensorType?.elemType === FLOAT)) return
  const nodes = needed(graph.node ?? [], names)
  const read = new Set(nodes.flatMap((node) => node.input ?? []))
  graph.node = nodes
  graph.initializer = (graph.initializer ?? []).filter(({ name }) => read.has(name as string))
  graph.valueInfo = []
  graph.input = [{ name: image.name, type: floats(['batch', 3, 'height', 'width']) }]
  graph.output = names.map((name) => ({ name, type: floats(['batch', null, null, null]) }))
  return onnx.ModelProto.encode(model).finish()
}

/** The nodes that the named values need, in their order; not those that make what is `given`. */
export function needed(
  nodes: readonly Onnx.INodeProto[],
  names: readonly string[],
  given: readonly string[] = [],
): Onnx.INodeProto[] {
  const wanted = new Set<string>(names)
  const kept: Onnx.INodeProto[] = []
  for (const node of nodes.toReversed()) {
    if (!(node.output ?? []).some((name) => wanted.has(name) && !given.includes(name))) continue
    kept.push(node)
    for (const name of node.input ?? []) wanted.add(name)
  }
  return kept.reverse()
}

/** f32 of these sizes; a text names one that is free, null leaves it open. */
export function floats(sizes: readonly (number | string | null)[]): Onnx.ITypeProto {
  const dim = sizes.map((size) =>
    typeof size === 'number' ? { dimValue: size } : size === null ? {} : { dimParam: size },
  )
  return { tensorType: { elemType: FLOAT, shape: { dim } } }
}
