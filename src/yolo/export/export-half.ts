import type { onnx as Onnx } from 'onnx-proto'
import { SkyloopError } from '../../core/errors.ts'
import { toHalfBits } from '../weights/half.ts'
import { needed } from '../runtime/cut-at-head.ts'
import { editOnnx, ElementType, floatsOf, HEAD_VALUES, onnxNode, type OnnxEdit } from './onnx-edit.ts'

/**
 * An exported detector with half-precision weights and network: half the size. Images come in and boxes go out as float32,
 * and boxes are computed in float32, because halves are half a pixel apart from 512 on.
 *
 * Runtimes without arithmetic on halves, as ONNX Runtime on most CPUs, run it in float32 at that speed.
 *
 * @param bytes what `exportOnnx` wrote
 * @throws SkyloopError `yolo.export.half` naming a weight beyond 65504, the greatest half
 */
export function toHalf(bytes: Uint8Array): Uint8Array {
  const edit = editOnnx(bytes)
  const network = new Set(needed(edit.nodes, HEAD_VALUES))
  const nodes: Onnx.INodeProto[] = [onnxNode('Cast', ['images'], ['images_f16'], { to: ElementType.float16 })]
  for (const node of edit.nodes) {
    if (!network.has(node)) {
      nodes.push(node)
      continue
    }
    const outputs = node.output ?? []
    nodes.push({
      ...node,
      input: (node.input ?? []).map((name, i) => halfInput(edit, node, name, i)),
      output: outputs.map((name) => (HEAD_VALUES.includes(name) ? `${name}_f16` : name)),
      attribute: (node.attribute ?? []).map((attribute) =>
        node.opType === 'Cast' && Number(attribute.i) === ElementType.float
          ? { ...attribute, i: ElementType.float16 }
          : attribute,
      ),
    })
    for (const name of outputs.filter((output) => HEAD_VALUES.includes(output))) {
      nodes.push(onnxNode('Cast', [`${name}_f16`], [name], { to: ElementType.float }))
    }
  }
  return edit.encode({ nodes, metadata: { precision: 'fp16' } })
}

function halfInput(edit: OnnxEdit, node: Onnx.INodeProto, name: string, position: number): string {
  if (name === 'images') return 'images_f16'
  const tensor = edit.initialisers.get(name)
  // The scales of an upsampling stay float32, as the operator demands.
  if (tensor?.dataType !== ElementType.float || (node.opType === 'Resize' && position > 0)) return name
  const values = floatsOf(tensor)
  const beyond = values.find((value) => Math.abs(value) > 65504)
  if (beyond !== undefined) {
    throw new SkyloopError({
      code: 'yolo.export.half',
      message: `"${name}" has the value ${beyond}, which half precision cannot hold (at most 65504)`,
      hint: 'export with --precision fp32',
    })
  }
  return edit.constant(
    `${name}_f16`,
    ElementType.float16,
    (tensor.dims ?? []).map(Number),
    Uint16Array.from(values, toHalfBits),
  )
}
