import { endianness } from 'node:os'
import onnxProto from 'onnx-proto'
import type { onnx as Onnx } from 'onnx-proto'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { halfTable } from './half.ts'
import type { NamedTensor } from './safetensors.ts'

import { joinParts } from './join-parts.ts'

const { onnx } = onnxProto

/** The weights inside an exported detector. */
export interface OnnxWeights {
  readonly tensors: ReadonlyMap<string, NamedTensor>
  /** Stored type of each tensor. */
  readonly types: ReadonlyMap<string, string>
  readonly metadata: Readonly<Record<string, string>>
}

/** TensorProto.DataType */
const FLOAT_TYPES = new Map([
  [1, { name: 'float32', bytes: 4 }],
  [10, { name: 'float16', bytes: 2 }],
  [11, { name: 'float64', bytes: 8 }],
])
const QUANTISED = new Set(['ConvInteger', 'QLinearConv', 'DequantizeLinear'])

/**
 * Takes the weights out of an ONNX detector that this package or the reference exported: those of its convolutions, by the
 * names of their initialisers. Exports fold each batch norm into its convolution, so what is read is `<layer>.conv.weight`
 * and `<layer>.conv.bias`.
 *
 * @param source name of the file for messages
 * @throws SkyloopError `yolo.onnx` when the file is broken, keeps its weights elsewhere, quantised them or renamed them
 */
export function decodeOnnxWeights(file: Uint8Array, source: string): OnnxWeights {
  const wrong = (what: string, hint?: string): SkyloopError =>
    new SkyloopError({ code: 'yolo.onnx', message: `${source} gives no weights: ${what}`, hint })
  const model = decode(file, wrong)
  const nodes = model.graph?.node ?? []
  const quantised = nodes.find(({ opType }) => QUANTISED.has(opType ?? ''))
  if (quantised) throw wrong(`its weights are quantised (${quantised.opType})`, 'give the float export it was made of')
  const initialisers = new Map((model.graph?.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]))
  // Exporters that write equal values only once refer to them through Identity nodes.
  const same = new Map(
    nodes.flatMap((n) => (n.opType === 'Identity' ? [[n.output?.[0] ?? '', n.input?.[0] ?? '']] : [])),
  )
  const initialiser = (name = ''): Onnx.ITensorProto | undefined => initialisers.get(same.get(name) ?? name)
  const tensors = new Map<string, NamedTensor>()
  const types = new Map<string, string>()
  const take = (name: string, tensor: Onnx.ITensorProto): void => {
    const type = FLOAT_TYPES.get(tensor.dataType ?? 0)
    if (!type) throw wrong(`"${tensor.name}" has element type ${tensor.dataType}`)
    if (tensors.has(name)) throw wrong(`two convolutions are named "${name}"`)
    const shape = (tensor.dims ?? []).map(Number)
    tensors.set(name, { name, shape, data: floatsOf(tensor, shape, type, wrong) })
    types.set(name, type.name)
  }
  for (const { opType, input } of nodes) {
    if (opType !== 'Conv') continue
    const weight = initialiser(input?.[1])
    const layer = weight && layerOf(weight.name ?? '')
    if (layer === undefined) continue
    take(`${layer}.weight`, weight!)
    const bias = initialiser(input?.[2])
    // Equal biases of several layers share one initialiser, which then bears the name of only one of them.
    if (bias) take(`${layer}.bias`, bias)
  }
  if (tensors.size === 0) {
    const names = [...initialisers.keys()].slice(0, 3).join(', ')
    throw wrong(`none of its convolutions has the name of a YOLO layer (initialisers: ${names || 'none'}, ...)`)
  }
  const metadata = Object.fromEntries((model.metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? '']))
  return { tensors: joinParts(tensors), types, metadata }
}

function decode(file: Uint8Array, wrong: (what: string) => SkyloopError): Onnx.ModelProto {
  try {
    return onnx.ModelProto.decode(file)
  } catch (error) {
    throw wrong(`it is not an ONNX model, or it is cut off (${messageOf(error)})`)
  }
}

/**
 * The layer of a checkpoint whose weight an initialiser is: this package writes `model.0.weight` for a folded convolution,
 * the reference `model.0.conv.weight`, with `model.` once more in front where its export wraps the model.
 */
function layerOf(initialiser: string): string | undefined {
  const layer = /^(?:model\.)+(\d+(?:\.\w+)*)\.weight(?:_f16)?$/.exec(initialiser)?.[1]
  if (layer === undefined) return undefined
  const bare = /(^|\.)conv$/.test(layer) || /^23\.cv[23]\.\d+\.2$/.test(layer)
  return `model.${layer}${bare ? '' : '.conv'}`
}

function floatsOf(
  { name, rawData, floatData, dataLocation }: Onnx.ITensorProto,
  shape: readonly number[],
  type: { readonly name: string; readonly bytes: number },
  wrong: (what: string) => SkyloopError,
): Float32Array {
  if (dataLocation === 1) throw wrong(`"${name}" is kept in another file, which is not implemented`)
  const count = shape.reduce((product, axis) => product * axis, 1)
  if (type.name === 'float32' && (floatData?.length ?? 0) > 0) {
    if (floatData!.length !== count) throw wrong(`"${name}" has ${floatData!.length} values, its shape needs ${count}`)
    return Float32Array.from(floatData!)
  }
  const bytes = rawData ?? new Uint8Array(0)
  if (bytes.byteLength !== count * type.bytes) {
    throw wrong(`"${name}" has ${bytes.byteLength} bytes, its shape needs ${count * type.bytes}`)
  }
  if (type.bytes === 4 && endianness() === 'LE') return new Float32Array(Uint8Array.from(bytes).buffer)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    if (type.bytes === 4) data[i] = view.getFloat32(i * 4, true)
    else if (type.bytes === 2) data[i] = halfTable()[view.getUint16(i * 2, true)]!
    else data[i] = view.getFloat64(i * 8, true)
  }
  return data
}
