import onnxProto from 'onnx-proto'
import type { onnx as Onnx } from 'onnx-proto'
import { internalError } from '../../core/errors.ts'
import { HEAD_NAMES } from '../runtime/head-values.ts'
import { type Attribute, encodeAttribute } from '../lowering/onnx-writer.ts'

const { onnx } = onnxProto

/** TensorProto.DataType */
export const ElementType = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const

/** An exported file, open for changes. */
export interface OnnxEdit {
  readonly nodes: readonly Onnx.INodeProto[]
  readonly initialisers: ReadonlyMap<string, Onnx.ITensorProto>
  readonly output: Onnx.IValueInfoProto
  /** The file with these nodes and output; initialisers that nothing reads are left out. */
  encode(changes: {
    readonly nodes: readonly Onnx.INodeProto[]
    readonly output?: Onnx.IValueInfoProto
    readonly metadata: Readonly<Record<string, string>>
  }): Uint8Array
  /** Adds an initialiser once and gives its name. */
  constant(name: string, type: number, dims: readonly number[], data: NodeJS.ArrayBufferView): string
}

/** @param bytes a file that `exportOnnx` wrote: one input, one output, its head described */
export function editOnnx(bytes: Uint8Array): OnnxEdit {
  const model = onnx.ModelProto.decode(bytes)
  const { graph } = model
  const [output, ...others] = graph?.output ?? []
  if (!graph || !output || others.length > 0) throw internalError('an exported detector has one output')
  const initialisers = new Map((graph.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]))
  return {
    nodes: graph.node ?? [],
    initialisers,
    output,
    constant(name, dataType, dims, data) {
      const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      if (!initialisers.has(name)) initialisers.set(name, { name, dataType, dims: [...dims], rawData })
      return name
    },
    encode({ nodes, output: changed = output, metadata }) {
      const read = new Set(nodes.flatMap(({ input }) => input ?? []))
      graph.node = [...nodes]
      graph.output = [changed]
      graph.initializer = [...initialisers.values()].filter(({ name }) => read.has(name ?? ''))
      model.metadataProps = (model.metadataProps ?? []).filter(({ key }) => !(key! in metadata))
      for (const [key, value] of Object.entries(metadata)) model.metadataProps.push({ key, value })
      return onnx.ModelProto.encode(model).finish()
    },
  }
}

export function onnxNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Onnx.INodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value))
  return { opType, input: [...input], output: [...output], attribute }
}

/** The raw predictions of all levels: what is computed before them may lose precision, boxes themselves may not. */
export const HEAD_VALUES: readonly string[] = HEAD_NAMES.flatMap(({ distances, classes }) => [distances, classes])

/** The floats of a float32 initialiser. */
export function floatsOf({ name, dataType, rawData }: Onnx.ITensorProto): Float32Array {
  if (dataType !== ElementType.float || !rawData) throw internalError(`"${name}" is not a float32 initialiser`)
  return new Float32Array(Uint8Array.from(rawData).buffer)
}
