import type { onnx as Onnx } from 'onnx-proto'
import { needed } from '../runtime/cut-at-head.ts'
import { editOnnx, ElementType, floatsOf, HEAD_VALUES, onnxNode } from './onnx-edit.ts'

/** Greatest magnitude of a quantised weight; symmetric, so that 0 stays 0 without a zero point. */
const MOST = 127

/**
 * An exported detector whose convolution weights are stored in 8 bits, with one scale per output channel: a quarter of the
 * size. Arithmetic stays float32: `DequantizeLinear` widens the weights; `openDetector` has that done once, at loading.
 *
 * Activations are not quantised on purpose: with `DynamicQuantizeLinear` and `ConvInteger`, the operators that need no
 * calibration images, ONNX Runtime 1.30's CPU takes four times as long as for the float network (66 to 80 ms against 18 ms
 * for YOLO11n at 320 px on two cores with AVX-512 VNNI), at the same loss of precision.
 *
 * @param bytes what `exportOnnx` wrote
 */
export function toInt8(bytes: Uint8Array): Uint8Array {
  const edit = editOnnx(bytes)
  const network = new Set(needed(edit.nodes, HEAD_VALUES))
  const nodes: Onnx.INodeProto[] = []
  for (const node of edit.nodes) {
    const [x = '', name = '', ...bias] = node.input ?? []
    const weight = edit.initialisers.get(name)
    if (!network.has(node) || node.opType !== 'Conv' || !weight) {
      nodes.push(node)
      continue
    }
    const dims = (weight.dims ?? []).map(Number)
    const { values, scales } = quantiseChannels(floatsOf(weight), dims[0]!)
    const stored = edit.constant(`${name}_int8`, ElementType.int8, dims, values)
    const scale = edit.constant(`${name}_scale`, ElementType.float, [dims[0]!], scales)
    nodes.push(onnxNode('DequantizeLinear', [stored, scale], [`${name}_wide`], { axis: 0 }))
    nodes.push({ ...node, input: [x, `${name}_wide`, ...bias] })
  }
  return edit.encode({ nodes, metadata: { precision: 'int8' } })
}

/**
 * Nearest whole multiples of each channel's scale, which is its greatest magnitude over 127.
 *
 * @param values `[channels, ...]`
 */
export function quantiseChannels(
  values: Float32Array,
  channels: number,
): { readonly values: Int8Array; readonly scales: Float32Array } {
  const size = values.length / channels
  const scales = Float32Array.from({ length: channels }, (_, c) => {
    const most = values.subarray(c * size, (c + 1) * size).reduce((high, value) => Math.max(high, Math.abs(value)), 0)
    // A channel of zeros has no scale of its own.
    return most === 0 ? 1 : most / MOST
  })
  return { values: Int8Array.from(values, (value, i) => Math.round(value / scales[Math.trunc(i / size)]!)), scales }
}
