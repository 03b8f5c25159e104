import onnxProto from 'onnx-proto'
import type { onnx as Onnx } from 'onnx-proto'
import type { DType, Shape } from '../graph/tensor.ts'

const { onnx } = onnxProto

/** An attribute of an ONNX node; whole numbers become integers, use {@link float} for a whole float. */
export type Attribute = number | string | readonly number[] | { readonly float: number }

export const float = (value: number): Attribute => ({ float: value })

/** Which operators may be written: the standard's only, or ONNX Runtime's own too. */
export type Dialect = 'standard' | 'microsoft'

const ELEMENT_TYPES: { readonly [D in DType]: number } = { f32: 1, i64: 7, bool: 9 }

/** Collects nodes and initialisers of one ONNX graph. */
export interface OnnxWriter {
  readonly dialect: Dialect
  /** Channels side by side in the blocked layout of ONNX Runtime's own convolutions; undefined where they may not be used. */
  readonly channelBlock: number | undefined
  /** Appends a node; one fresh output name, or the given ones. */
  node(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    outputs?: readonly string[],
  ): string
  /** A fresh name for a value inside a lowering. */
  fresh(): string
  /** Name of a 1-D int64 constant. */
  ints(values: readonly number[]): string
  /** Name of a scalar f32 constant. */
  float(value: number): string
  constant(name: string, values: Float32Array, shape: Shape): void
  encode(description: ModelDescription): Uint8Array
}

export interface ValueDescription {
  readonly name: string
  /** A text names an axis of open size. */
  readonly shape: readonly (number | string)[]
  readonly dtype: DType
}

export interface ModelDescription {
  readonly inputs: readonly ValueDescription[]
  readonly outputs: readonly ValueDescription[]
  /** Values inside the graph whose shape and type are told. */
  readonly named: readonly ValueDescription[]
  readonly metadata: Readonly<Record<string, string>>
}

/** Operators of ONNX Runtime's own domains; a `Blocked` one works on images whose channels lie in blocks. */
const DOMAINS: ReadonlyMap<string, readonly [domain: string, type: string]> = new Map([
  ['FusedMatMul', ['com.microsoft', 'FusedMatMul']],
  ['QuickGelu', ['com.microsoft', 'QuickGelu']],
  ['ToBlocked', ['com.microsoft.nchwc', 'ReorderInput']],
  ['BlockedConv', ['com.microsoft.nchwc', 'Conv']],
  ['FromBlocked', ['com.microsoft.nchwc', 'ReorderOutput']],
])

/** @source ONNX IR, https://onnx.ai/onnx/repo-docs/IR.html; opset 18 is the newest that every provider in use covers */
export function createOnnxWriter(dialect: Dialect, channelBlock?: number): OnnxWriter {
  const nodes: Onnx.INodeProto[] = []
  const initializers: Onnx.ITensorProto[] = []
  const names = new Set<string>()
  let counter = 0
  const fresh = (): string => `v${counter++}`
  const initializer = (
    name: string,
    dataType: number,
    dims: readonly number[],
    data: Float32Array | BigInt64Array,
  ): void => {
    if (names.has(name)) return
    names.add(name)
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    initializers.push({ name, dataType, dims: [...dims], rawData })
  }
  return {
    dialect,
    channelBlock,
    fresh,
    node(type, inputs, attributes = {}, outputs = [fresh()]) {
      const [domain, opType] = DOMAINS.get(type) ?? ['', type]
      nodes.push({
        opType,
        input: [...inputs],
        output: [...outputs],
        domain,
        attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value)),
      })
      return outputs[0] as string
    },
    ints(values) {
      const name = `i_${values.join('_')}`
      initializer(name, ELEMENT_TYPES.i64, [values.length], BigInt64Array.from(values, BigInt))
      return name
    },
    float(value) {
      const name = `f_${value}`
      initializer(name, ELEMENT_TYPES.f32, [], new Float32Array([value]))
      return name
    },
    constant: (name, values, shape) => initializer(name, ELEMENT_TYPES.f32, shape, values),
    encode: ({ inputs, outputs, named, metadata }) =>
      onnx.ModelProto.encode({
        irVersion: 8,
        producerName: 'skyloop',
        opsetImport: [
          { domain: '', version: 18 },
          ...(dialect === 'microsoft' ? [{ domain: 'com.microsoft', version: 1 }] : []),
          ...(channelBlock === undefined ? [] : [{ domain: 'com.microsoft.nchwc', version: 1 }]),
        ],
        metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
        graph: {
          name: 'skyloop',
          node: nodes,
          initializer: initializers,
          input: inputs.map(encodeValue),
          output: outputs.map(encodeValue),
          valueInfo: named.map(encodeValue),
        },
      }).finish(),
  }
}

export function encodeAttribute(name: string, value: Attribute): Onnx.IAttributeProto {
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value }
  }
  return 'float' in value ? { name, type: 1, f: value.float } : { name, type: 7, ints: [...value] }
}

function encodeValue({ name, shape, dtype }: ValueDescription): Onnx.IValueInfoProto {
  return {
    name,
    type: { tensorType: { elemType: ELEMENT_TYPES[dtype], shape: { dim: shape.map(encodeSize) } } },
  }
}

function encodeSize(size: number | string): Onnx.TensorShapeProto.IDimension {
  return typeof size === 'number' ? { dimValue: size } : { dimParam: size }
}
