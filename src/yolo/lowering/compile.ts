import type { Graph, Node } from '../graph/graph.ts'
import type { OpName } from '../graph/op.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type Lowering, LOWERINGS } from './lowerings.ts'
import { createOnnxWriter, type Dialect } from './onnx-writer.ts'

export interface CompileOptions {
  /** Values to compute, by the name they get in the file. */
  readonly outputs: ReadonlyMap<string, Tensor>
  /** Values that the outputs need, by the name under which the file describes them, for readers that stop there. */
  readonly named?: ReadonlyMap<string, Tensor>
  /** Names of axes whose size the file leaves open, by input or output; null where the size is fixed. */
  readonly openAxes?: ReadonlyMap<string, readonly (string | null)[]>
  readonly dialect: Dialect
  /** @see OnnxWriter.channelBlock */
  readonly channelBlock?: number
  readonly metadata?: Readonly<Record<string, string>>
}

/** The ONNX file that computes `outputs`; operations and inputs that they do not need are left out. */
export function compileOnnx(
  graph: Graph,
  { outputs, named = new Map(), openAxes = new Map(), dialect, channelBlock, metadata = {} }: CompileOptions,
): Uint8Array {
  const nodes = liveNodes(graph, [...outputs.values()])
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.values()])
  const writer = createOnnxWriter(dialect, channelBlock)
  const names = new Map<Tensor, string>()
  const inputs = graph.inputs.filter(({ tensor }) => used.has(tensor))
  for (const { name, tensor } of inputs) names.set(tensor, name)
  for (const { tensor, values, name } of graph.constants) {
    if (!used.has(tensor)) continue
    names.set(tensor, name ?? `c${tensor.id}`)
    writer.constant(name ?? `c${tensor.id}`, values, tensor.shape)
  }
  for (const [name, tensor] of named) names.set(tensor, name)
  // A value that a node computes bears the name of its output; one that has a name already is copied.
  const copied: (readonly [string, Tensor])[] = []
  for (const [name, tensor] of outputs) {
    if (names.has(tensor)) copied.push([name, tensor])
    else names.set(tensor, name)
  }
  const nameOf = (tensor: Tensor): string => names.get(tensor) ?? `t${tensor.id}`
  for (const node of inReadingOrder(nodes)) {
    const lowering = LOWERINGS[node.op] as Lowering<OpName>
    lowering(writer, node, {
      inputs: node.inputs.map(nameOf),
      outputs: node.outputs.map(nameOf),
      used: node.outputs.map((out) => used.has(out)),
    })
  }
  for (const [name, tensor] of copied) writer.node('Identity', [nameOf(tensor)], {}, [name])
  const described = ([name, { shape, dtype }]: readonly [string, Tensor]) => ({
    name,
    shape: shape.map((size, axis) => openAxes.get(name)?.[axis] ?? size),
    dtype,
  })
  return writer.encode({
    inputs: inputs.map(({ name, tensor }) => described([name, tensor])),
    outputs: [...outputs].map(described),
    named: [...named].map(described),
    metadata,
  })
}

function liveNodes(graph: Graph, roots: readonly Tensor[]): Node[] {
  const needed = new Set(roots)
  const live: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((out) => needed.has(out))) continue
    live.push(node)
    for (const tensor of node.inputs) needed.add(tensor)
  }
  return live.toReversed()
}

/**
 * Results of the graph last, and the latest of them first.
 *
 * ONNX Runtime executes what the last node of a file needs, then what the one before it needs, and so on. Without this, every weight
 * gradient waits until the end, when what it reads has left the caches and everything it reads has had to be kept.
 */
function inReadingOrder(nodes: readonly Node[]): Node[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs))
  const isResult = ({ outputs }: Node): boolean => !outputs.some((out) => read.has(out))
  return [...nodes.filter((node) => !isResult(node)), ...nodes.filter(isResult).toReversed()]
}
