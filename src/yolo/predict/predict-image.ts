import { readFileSync } from 'node:fs'
import { freeMemory } from '../../core/free-memory.ts'
import type { Detection } from '../eval/detections.ts'
import { type DecodedImage, decodeImage } from '../image/decode-image.ts'
import type { DetectorSession } from '../runtime/detector-session.ts'
import type { MergeMethod } from './merge-tiles.ts'
import type { DecodeDetectionsOptions } from './nms.ts'
import { predictTiles } from './predict-tiles.ts'
import { predictWhole } from './predict-whole.ts'
import { parseTiling, type Tiling } from './tiles.ts'

export interface PredictOptions {
  /** Least confidence of a detection. @default 0.25 */
  readonly confidence?: number
  /** Overlap above which two boxes of a class are one object. @default 0.6 */
  readonly iou?: number
  /** @default 300 */
  readonly maxDetections?: number
  /** How the image is cut; `null` letterboxes it whole. @default the model's `tile` metadata */
  readonly tiling?: Tiling | null
  /** How what overlapping tiles show of one object becomes one box. @default 'nms' */
  readonly merge?: MergeMethod
  /** Whether an anchor may report several classes, as benchmarks do. @default false */
  readonly multiLabel?: boolean
  /** Name used in messages about an image given as bytes. */
  readonly name?: string
}

export interface Prediction {
  /** Size of the image in pixels, after its EXIF orientation. */
  readonly width: number
  readonly height: number
  /** Best first, boxes in pixels of the image. */
  readonly detections: readonly Detection[]
  /** How many network inputs the image became. */
  readonly tiles: number
  readonly timesMs: { readonly decode: number; readonly infer: number; readonly post: number }
}

/**
 * Finds objects in one image file.
 *
 * @param image a path, or the bytes of a JPEG or PNG
 * @throws SkyloopError `yolo.image.corrupt` or `yolo.image.size` naming the image; `yolo.predict.tiles` when it makes too many tiles
 */
export async function predictImage(
  session: DetectorSession,
  image: string | Uint8Array,
  options: PredictOptions = {},
): Promise<Prediction> {
  const tiling = tilingOf(session, options)
  const begun = performance.now()
  // One image has nothing to wait beside: read at once it does not pass through four turns of the event loop.
  const own = typeof image === 'string' ? readFileSync(image) : undefined
  const name = options.name ?? (typeof image === 'string' ? image : undefined)
  const decoded = await decodeForPrediction(own ?? image, tiling, name)
  if (own) freeMemory(own)
  return predictDecoded(session, decoded, tiling, options, performance.now() - begun)
}

/** The tiling that the options ask for, or the model's. */
export function tilingOf(session: DetectorSession, { tiling }: PredictOptions): Tiling | null {
  return tiling === undefined ? parseTiling(session.metadata['tile']) : tiling
}

/** Most pixels of an image: half a gigabyte decoded. A small file can claim far more. */
const MAX_PIXELS = 150_000_000

/** Decodes at the resolution that the network will see, which for a tiling that shrinks is a fraction of the pixels. */
export function decodeForPrediction(
  image: string | Uint8Array,
  tiling: Tiling | null,
  name?: string,
): Promise<DecodedImage> {
  const shrinkBy = tiling && tiling.scale < 1 ? { shrinkBy: tiling.scale } : {}
  return decodeImage(image, { ...(name !== undefined && { name }), ...shrinkBy, maxPixels: MAX_PIXELS })
}

/** The second half of {@link predictImage}, after which the image's pixels are gone. */
export async function predictDecoded(
  session: DetectorSession,
  image: DecodedImage,
  tiling: Tiling | null,
  options: PredictOptions,
  decodeMs: number,
): Promise<Prediction> {
  const { confidence = 0.25, iou = 0.6, maxDetections = 300, multiLabel = false } = options
  const decoding: DecodeDetectionsOptions = { confidence, iou, maxDetections, multiLabel }
  const begun = performance.now()
  try {
    const { detections, tiles, inferMs } =
      tiling === null
        ? await predictWhole(session, image, decoding)
        : await predictTiles(session, image, tiling, { ...decoding, merge: options.merge })
    const timesMs = { decode: decodeMs, infer: inferMs, post: performance.now() - begun - inferMs }
    return { ...image.full, detections, tiles, timesMs }
  } finally {
    freeMemory(image.rgb)
  }
}
