import { SkyloopError } from '../../core/errors.ts'
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

/** @throws SkyloopError `yolo.load` when the file is no detector `[B, 3, H, W]` to `[B, 4 + K, A]` */
export function detectorShapes({ inputs, outputs, metadata }: ModelFile): DetectorShapes {
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

/** The `imgsz` metadata: `[H, W]` or one side. */
function trainedSize(text = ''): [height: number, width: number] {
  const [height = USUAL_SIDE_PX, width = height] = (text.match(/\d+/g) ?? []).map(Number)
  return [height, width]
}

function list(values: readonly ModelValue[]): string {
  return values.map(({ name, shape }) => `${name} [${shape.map((n) => n ?? '?').join(', ')}]`).join(', ') || 'nothing'
}
