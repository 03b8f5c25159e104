import onnxProto from 'onnx-proto'
import type { onnx as Onnx } from 'onnx-proto'
import { messageOf, SkyloopError } from '../../core/errors.ts'

const { onnx } = onnxProto

export interface ModelValue {
  readonly name: string
  /** Null for an axis without a fixed size. */
  readonly shape: readonly (number | null)[]
}

/** What an ONNX file says about itself. */
export interface ModelFile {
  readonly inputs: readonly ModelValue[]
  readonly outputs: readonly ModelValue[]
  /** Values inside the graph that the file describes. */
  readonly inner: readonly ModelValue[]
  readonly metadata: Readonly<Record<string, string>>
}

/** @throws SkyloopError `yolo.load` when the bytes are not an ONNX model */
export function describeOnnx(bytes: Uint8Array): ModelFile {
  const graph = decode(bytes)
  const initialized = new Set((graph.graph?.initializer ?? []).map((tensor) => tensor.name))
  return {
    inputs: (graph.graph?.input ?? []).filter(({ name }) => !initialized.has(name)).map(describeValue),
    outputs: (graph.graph?.output ?? []).map(describeValue),
    inner: (graph.graph?.valueInfo ?? []).map(describeValue),
    metadata: Object.fromEntries((graph.metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
  }
}

function decode(bytes: Uint8Array): Onnx.ModelProto {
  try {
    return onnx.ModelProto.decode(bytes)
  } catch (error) {
    throw new SkyloopError({ code: 'yolo.load', message: `not an ONNX model: ${messageOf(error)}`, cause: error })
  }
}

function describeValue({ name, type }: Onnx.IValueInfoProto): ModelValue {
  const dims = type?.tensorType?.shape?.dim ?? []
  return {
    name: name ?? '',
    shape: dims.map(({ dimValue }) =>
      dimValue === null || dimValue === undefined || Number(dimValue) === 0 ? null : Number(dimValue),
    ),
  }
}
