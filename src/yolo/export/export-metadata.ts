import type { ModelScale } from '../model/spec.ts'

export interface ExportFacts {
  readonly scale: ModelScale
  readonly classNames: readonly string[]
  /** H and W in pixels. */
  readonly height: number
  readonly width: number
  /** @default 1 */
  readonly batch?: number
  /** How frames are cut into images, for prediction to do the same; null when they are not; not written when unknown. */
  readonly tile?: unknown
  /** Of the weights; not written when it is not known. */
  readonly license?: string | undefined
}

/** What every YOLO11 takes: the coarsest level's pixels per cell. */
const COARSEST_STRIDE = '32'

/**
 * `metadata_props` of an exported detector, in the form in which the reference's tools write and read them: values are text,
 * structures are Python literals.
 *
 * @source docs.ultralytics.com, "Export": metadata of an ONNX file; observed in exports of version 8.4
 */
export function exportMetadata(facts: ExportFacts): Record<string, string> {
  const { scale, classNames, height, width, batch = 1, tile, license } = facts
  return {
    description: `YOLO11${scale} detector`,
    author: 'Skyloop',
    ...(license === undefined ? {} : { license }),
    task: 'detect',
    stride: COARSEST_STRIDE,
    batch: String(batch),
    channels: '3',
    imgsz: `[${height}, ${width}]`,
    names: pythonDict(classNames),
    scale,
    ...(tile === undefined ? {} : { tile: JSON.stringify(tile) }),
  }
}

/** JSON's text literals are Python's too; its keys are not, as Python tells 0 from "0". */
function pythonDict(names: readonly string[]): string {
  return `{${names.map((name, k) => `${k}: ${JSON.stringify(name)}`).join(', ')}}`
}
