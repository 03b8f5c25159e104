import type { onnx as Onnx } from 'onnx-proto'
import { editOnnx, ElementType, onnxNode } from './onnx-edit.ts'
import type { Attribute } from '../lowering/onnx-writer.ts'

export interface BuiltInNms {
  /** Least confidence of a detection. @default 0.25 */
  readonly confidence?: number
  /** Of two boxes of one class that overlap more than this, the less confident is dropped. @default 0.6 */
  readonly iou?: number
  /** M, the rows of the output. @default 300 */
  readonly maxDetections?: number
}

/**
 * An exported detector that suppresses overlapping boxes itself: `output0` becomes `[B, M, 6]`, a row a detection, best
 * first: x1, y1, x2, y2 in input pixels, confidence, class. Rows beyond the detections found are zeros.
 *
 * Every anchor reports its best class alone, and suppression is within a class, as `decodeDetections` does it.
 *
 * @param bytes what `exportOnnx` wrote, in any precision
 */
export function withNms(bytes: Uint8Array, options: BuiltInNms = {}): Uint8Array {
  const { confidence = 0.25, iou = 0.6, maxDetections = 300 } = options
  const edit = editOnnx(bytes)
  const dims = edit.output.type?.tensorType?.shape?.dim ?? []
  const classCount = Number(dims[1]?.dimValue) - 4
  const nodes = edit.nodes.map((node) =>
    node.output?.[0] === edit.output.name ? { ...node, output: ['nms.predictions'] } : node,
  )
  let counter = 0
  const add = (
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string => {
    const output = `nms.${type}${counter++}`
    nodes.push(onnxNode(type, inputs, [output], attributes))
    return output
  }
  const addSplit = (input: string, sizes: readonly number[], axis: number): string[] => {
    const outputs = sizes.map(() => `nms.Split${counter++}`)
    nodes.push(onnxNode('Split', [input, ints(...sizes)], outputs, { axis }))
    return outputs
  }
  const ints = (...values: number[]): string =>
    edit.constant(`nms.i_${values.join('_')}`, ElementType.int64, [values.length], BigInt64Array.from(values, BigInt))
  const float = (value: number): string =>
    edit.constant(`nms.f_${value}`, ElementType.float, [], Float32Array.of(value))

  const [centred, scores] = addSplit('nms.predictions', [4, classCount], 1) as [string, string]
  const [centres, sizes] = addSplit(centred, [2, 2], 1) as [string, string]
  const halves = add('Mul', [sizes, float(0.5)])
  const corners = add('Concat', [add('Sub', [centres, halves]), add('Add', [centres, halves])], { axis: 1 })
  const boxes = add('Transpose', [corners], { perm: [0, 2, 1] })

  const classIds = BigInt64Array.from({ length: classCount }, (_, k) => BigInt(k))
  const classes = edit.constant('nms.classes', ElementType.int64, [1, classCount, 1], classIds)
  const isBest = add('Equal', [add('ArgMax', [scores], { axis: 1, keepdims: 1 }), classes])
  const best = add('Where', [isBest, scores, float(0)])
  // The operator keeps what is above its threshold; ours keeps what reaches it.
  const settings = [ints(maxDetections), float(iou), float(floatBelow(confidence))]
  const chosen = add('NonMaxSuppression', [boxes, best, ...settings])
  const count = add('Slice', [add('Shape', [chosen]), ints(0), ints(1)])
  const nothing = add('ConstantOfShape', [add('Shape', [best])])
  const kept = add('Mul', [best, add('ScatterND', [nothing, chosen, add('Expand', [float(1), count])])])

  // All classes of all anchors in one row per image: the best of them, and from their positions class and anchor.
  const anchors = add('Slice', [add('Shape', [kept]), ints(2), ints(3)])
  const most = add('Min', [ints(maxDetections), anchors])
  const [values, positions] = [`nms.TopK${counter++}`, `nms.TopK${counter++}`]
  nodes.push(onnxNode('TopK', [add('Flatten', [kept], { axis: 1 }), most], [values, positions], { axis: 1, sorted: 1 }))
  const confidences = add('Unsqueeze', [values, ints(2)])
  const found = add('Cast', [add('Greater', [confidences, float(0)])], { to: ElementType.float })
  const classOf = add('Cast', [add('Unsqueeze', [add('Div', [positions, anchors]), ints(2)])], {
    to: ElementType.float,
  })
  const anchorOf = add('Unsqueeze', [add('Mod', [positions, anchors]), ints(2)])
  const rows = add('GatherElements', [boxes, add('Tile', [anchorOf, ints(1, 1, 4)])], { axis: 1 })
  const all = add('Concat', [add('Mul', [rows, found]), confidences, add('Mul', [classOf, found])], { axis: 2 })
  // Images with fewer anchors than rows are filled up, so that M is fixed.
  const missing = add('Sub', [ints(maxDetections), most])
  const pads = add('Concat', [ints(0, 0, 0, 0), missing, ints(0)], { axis: 0 })
  nodes.push(onnxNode('Pad', [all, pads], ['nms.padded']))
  nodes.push(onnxNode('Identity', ['nms.padded'], [edit.output.name ?? 'output0']))

  return edit.encode({
    nodes,
    output: finalOutput(edit.output, dims[0], maxDetections),
    metadata: { nms: JSON.stringify({ confidence, iou, maxDetections }) },
  })
}

function finalOutput(
  output: Onnx.IValueInfoProto,
  batch: Onnx.TensorShapeProto.IDimension | undefined,
  maxDetections: number,
): Onnx.IValueInfoProto {
  const dim = [batch ?? {}, { dimValue: maxDetections }, { dimValue: 6 }]
  return { ...output, type: { tensorType: { elemType: ElementType.float, shape: { dim } } } }
}

/** The greatest float32 below a positive number. */
function floatBelow(value: number): number {
  const float = Float32Array.of(value)
  if (float[0]! < value) return float[0]!
  if (float[0] === 0) return -Number.MIN_VALUE
  new Uint32Array(float.buffer)[0]!--
  return float[0]!
}
