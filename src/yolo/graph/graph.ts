import { elementCount, ShapeError, type DType, type Shape, type Tensor } from './tensor.ts'
import type { OpAttributes, OpName } from './op.ts'
import { SHAPE_RULES, type ShapeRule } from './shape-rules.ts'

/** One application of an operation. */
export interface Node<K extends OpName = OpName> {
  readonly op: K
  readonly attributes: OpAttributes[K]
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

export interface GraphInput {
  readonly name: string
  readonly tensor: Tensor
}

export interface GraphConstant {
  readonly tensor: Tensor
  /** Row-major values of an f32 tensor. */
  readonly values: Float32Array
  /** Name in the exported file; constants without one are anonymous. */
  readonly name?: string
}

/** A program over tensors, in an order in which it can be executed. Operations are only ever appended. */
export interface Graph {
  readonly nodes: Node[]
  readonly inputs: GraphInput[]
  readonly constants: GraphConstant[]
  /** How many tensors exist; the next one gets this id. */
  tensorCount: number
}

export function createGraph(): Graph {
  return { nodes: [], inputs: [], constants: [], tensorCount: 0 }
}

function newTensor(graph: Graph, shape: Shape, dtype: DType): Tensor {
  return { id: graph.tensorCount++, shape, dtype, graph }
}

/** A value fed at each run. */
export function input(graph: Graph, name: string, shape: Shape): Tensor {
  const tensor = newTensor(graph, shape, 'f32')
  graph.inputs.push({ name, tensor })
  return tensor
}

/**
 * A value known when the graph is built.
 *
 * @throws ShapeError `yolo.shape` when the number of values is not that of the shape
 */
export function constant(graph: Graph, values: Float32Array, shape: Shape, name?: string): Tensor {
  if (values.length !== elementCount(shape))
    throw new ShapeError('values do not fill the shape', [[values.length], shape])
  const tensor = newTensor(graph, shape, 'f32')
  graph.constants.push(name === undefined ? { tensor, values } : { tensor, values, name })
  return tensor
}

/** A scalar constant; equal numbers share one tensor. */
export function scalar(graph: Graph, value: number): Tensor {
  const found = graph.constants.find((c) => c.tensor.shape.length === 0 && Object.is(c.values[0], Math.fround(value)))
  return found?.tensor ?? constant(graph, new Float32Array([value]), [])
}

/**
 * Appends an operation.
 *
 * @throws ShapeError `yolo.shape` when the inputs do not fit the operation
 */
export function apply<K extends OpName>(
  op: K,
  inputs: readonly Tensor[],
  attributes: OpAttributes[K],
): readonly Tensor[] {
  const graph = inputs[0]?.graph
  if (graph === undefined) throw new ShapeError(`${op} needs an input`, [])
  const rule: ShapeRule<K> = SHAPE_RULES[op]
  const outputs = rule(
    inputs.map((tensor) => tensor.shape),
    attributes,
  ).map((out) => newTensor(graph, out.shape, out.dtype ?? 'f32'))
  graph.nodes.push({ op, attributes, inputs, outputs } as unknown as Node)
  return outputs
}

/** Like {@link apply}, for an operation with one output. */
export function apply1<K extends OpName>(op: K, inputs: readonly Tensor[], attributes: OpAttributes[K]): Tensor {
  return apply(op, inputs, attributes)[0] as Tensor
}
