import { SkyloopError } from '../../core/errors.ts'
import { STRIDES } from '../model/scales.ts'
import { HEAD_NAMES } from './head-values.ts'
import type { ModelFile, ModelValue } from './model-file.ts'

/** What the shapes of a detector's file tell. */
export interface DetectorShapes {
  readonly inputName: string
  readonly outputName: string
  /** B; 1 where the file leaves it open */
  readonly batch: number
  /** H and W; where the file leaves them open, those it was trained for */
  readonly height: number
  readonly width: number
  /** Whether the file leaves H and W open. */
  readonly anySize: boolean
  /** K */
  readonly classCount: number
}

/** Side in pixels of files that leave it open and do not say for which they were made. @source the published model */
const USUAL_SIDE_PX = 640

/**
 * @throws SkyloopError `yolo.load` when the file is no detector `[B, 3, H, W]` to `[B, 4 + K, A]`, or one of another product
 * that suppresses boxes itself; of those that this product exported so, the part before it is used
 */
export function detectorShapes(file: ModelFile): DetectorShapes {
  const { inputs, metadata } = file
  const outputs = beforeSuppression(file)
  const [image, output] = [inputs[0], outputs[0]]
  const [batch, channels, height, width] = image?.shape ?? []
  const [outBatch, rows, anchors] = output?.shape ?? []
  const anySize = height === null && width === null
  const fits =
    inputs.length === 1 &&
    outputs.length === 1 &&
    channels === 3 &&
    image?.shape.length === 4 &&
    output?.shape.length === 3 &&
    batch === outBatch &&
    (anySize || (height && width && anchors))
  if (!fits || !image || !output || !rows || rows <= 4) {
    throw new SkyloopError({
      code: 'yolo.load',
      message: `not a detector with one input [B, 3, H, W] and one output [B, 4 + K, A]: it has ${list(inputs)} and ${list(outputs)}`,
    })
  }
  const [trainedHeight, trainedWidth] = trainedSize(metadata['imgsz'])
  return {
    inputName: image.name,
    outputName: output.name,
    batch: batch ?? 1,
    height: height ?? trainedHeight,
    width: width ?? trainedWidth,
    anySize,
    classCount: rows - 4,
  }
}

/** Columns of a detection that suppression puts out: four sides, confidence, class. */
const FINAL_COLUMNS = 6

/** The output as it is without built-in suppression, which the file's description of its head tells. */
function beforeSuppression({ inputs, outputs, inner }: ModelFile): readonly ModelValue[] {
  const [output, ...others] = outputs
  // The smallest image has 21 anchors, so six columns are never anchors.
  if (!output || others.length > 0 || output.shape.length !== 3 || output.shape[2] !== FINAL_COLUMNS) return outputs
  const classes = inner.find(({ name }) => name === HEAD_NAMES[0]!.classes)?.shape[1]
  if (!classes) {
    throw new SkyloopError({
      code: 'yolo.load',
      message: `the model suppresses overlapping boxes itself (${list(outputs)}), which is not implemented for files of other products`,
      hint: 'export it without suppression (`nms=False`, YOLO11 rather than YOLO26): prediction does it, with thresholds of each request',
    })
  }
  const [batch, , height, width] = inputs[0]?.shape ?? []
  const area = (height ?? 0) * (width ?? 0)
  const anchors = STRIDES.reduce((sum, stride) => sum + area / stride ** 2, 0)
  return [{ name: output.name, shape: [batch ?? null, 4 + classes, anchors === 0 ? null : anchors] }]
}

/** The `imgsz` metadata: `[H, W]` or one side. */
function trainedSize(text = ''): [height: number, width: number] {
  const [height = USUAL_SIDE_PX, width = height] = (text.match(/\d+/g) ?? []).map(Number)
  return [height, width]
}

function list(values: readonly ModelValue[]): string {
  return values.map(({ name, shape }) => `${name} [${shape.map((n) => n ?? '?').join(', ')}]`).join(', ') || 'nothing'
}
