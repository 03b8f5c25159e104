import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { SkyloopError } from '../../core/errors.ts'
import type { Detection } from '../eval/detections.ts'
import { blit, UPRIGHT } from '../image/blit.ts'
import { decodeImage } from '../image/decode-image.ts'
import { letterbox, unletterboxBox, writePlanes } from '../image/letterbox.ts'
import { greyCanvas, type RgbImage } from '../image/rgb-image.ts'
import type { DetectorSession } from '../runtime/detector-session.ts'
import { mergeTiles, type TileDetections } from './merge-tiles.ts'
import { decodeDetections } from './nms.ts'
import { parseTiling, planTiles, type Tile, type Tiling } from './tiles.ts'

export interface PredictOptions {
  /** Least confidence of a detection. @default 0.25 */
  readonly confidence?: number
  /** Overlap above which two boxes of a class are one object. @default 0.6 */
  readonly iou?: number
  /** @default 300 */
  readonly maxDetections?: number
  /** How the image is cut; `null` letterboxes it whole. @default the model's `tile` metadata */
  readonly tiling?: Tiling | null
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
  const started = performance.now()
  const name = options.name ?? (typeof image === 'string' ? image : 'image')
  const bytes = typeof image === 'string' ? await readFile(image) : image
  const tiling = options.tiling === undefined ? parseTiling(session.metadata['tile']) : options.tiling
  const { pixels, width, height } = await decodeFor(bytes, name, tiling)
  const decoded = performance.now()
  const found = await predictPixels(session, pixels, { width, height }, tiling, options)
  return { width, height, ...found, timesMs: { ...found.timesMs, decode: decoded - started } }
}

/** Most pixels of an image: half a gigabyte decoded. A small file can claim far more. */
const MAX_PIXELS = 150_000_000

/** Decodes at the resolution that the network will see, which for a tiling that shrinks is a fraction of the pixels. */
async function decodeFor(
  bytes: Uint8Array,
  name: string,
  tiling: Tiling | null,
): Promise<{ pixels: RgbImage; width: number; height: number }> {
  const size = await uprightSize(bytes)
  if (size && size.width * size.height > MAX_PIXELS) {
    throw new SkyloopError({
      code: 'yolo.image.size',
      message: `${name} is ${size.width}x${size.height} px; at most ${MAX_PIXELS / 1e6} million pixels are allowed`,
    })
  }
  if (!size || tiling === null || tiling.scale >= 1) {
    const pixels = await decodeImage(bytes, { name })
    return { pixels, width: pixels.width, height: pixels.height }
  }
  const shrinkToSidePx = Math.max(1, Math.round(Math.max(size.width, size.height) * tiling.scale))
  return { pixels: await decodeImage(bytes, { name, shrinkToSidePx }), ...size }
}

/** Size from the file's header; undefined when it cannot be read, which the decoder then reports in its words. */
async function uprightSize(bytes: Uint8Array): Promise<{ width: number; height: number } | undefined> {
  try {
    return (await sharp(bytes, { failOn: 'none' }).metadata()).autoOrient
  } catch {
    return undefined
  }
}

async function predictPixels(
  session: DetectorSession,
  pixels: RgbImage,
  frame: { readonly width: number; readonly height: number },
  tiling: Tiling | null,
  options: PredictOptions,
): Promise<Omit<Prediction, 'width' | 'height'>> {
  const { confidence = 0.25, iou = 0.6, maxDetections = 300, multiLabel = false } = options
  const decode = {
    classCount: session.classCount,
    anchors: session.anchors,
    confidence,
    iou,
    maxDetections,
    multiLabel,
  }
  let infer = 0
  const run = async (images: Float32Array): Promise<Float32Array> => {
    const begun = performance.now()
    const output = await session.run(images)
    infer += performance.now() - begun
    return output
  }
  const begun = performance.now()
  const planes = session.height * session.width * 3
  if (tiling === null) {
    const { image, fit } = letterbox(pixels, session.width, session.height)
    const input = new Float32Array(session.batch * planes)
    writePlanes(image, input, 0)
    const detections = decodeDetections(await run(input), decode).map((detection) => ({
      ...detection,
      box: unletterboxBox(detection.box, fit, frame.width, frame.height),
    }))
    return { detections, tiles: 1, timesMs: { decode: 0, infer, post: performance.now() - begun - infer } }
  }

  checkTiling(tiling, session)
  const tiles = planTiles(frame.width, frame.height, tiling)
  const seen: TileDetections[] = []
  for (let first = 0; first < tiles.length; first += session.batch) {
    const group = tiles.slice(first, first + session.batch)
    const input = new Float32Array(session.batch * planes)
    for (const [slot, tile] of group.entries()) writePlanes(cutTile(pixels, frame, tile, session), input, slot)
    const output = await run(input)
    for (const [batchIndex, tile] of group.entries()) {
      const detections = decodeDetections(output, { ...decode, batchIndex }).map((detection) =>
        toFrame(detection, tile, session),
      )
      seen.push({ tile, detections })
    }
  }
  const detections = mergeTiles(seen, { ...frame, iou, maxDetections })
  return { detections, tiles: tiles.length, timesMs: { decode: 0, infer, post: performance.now() - begun - infer } }
}

function checkTiling(tiling: Tiling, session: DetectorSession): void {
  const side = Math.round(tiling.size * tiling.scale)
  if (side === session.width && side === session.height) return
  throw new SkyloopError({
    code: 'yolo.predict.tiling',
    message: `tiles of ${tiling.size} px at scale ${tiling.scale} are ${side} px, but the network takes ${session.width}x${session.height} px`,
  })
}

/** The tile's pixels at the network's size, padded with grey where the frame ends. */
function cutTile(
  pixels: RgbImage,
  frame: { readonly width: number; readonly height: number },
  tile: Tile,
  session: DetectorSession,
): RgbImage {
  const canvas = greyCanvas(session.width, session.height)
  // Network pixels per pixel of the (perhaps already shrunk) image.
  const scaleX = (session.width / tile.size) * (frame.width / pixels.width)
  const scaleY = (session.height / tile.size) * (frame.height / pixels.height)
  const offsetX = (-tile.x * session.width) / tile.size
  const offsetY = (-tile.y * session.height) / tile.size
  blit(
    pixels,
    canvas,
    { orientation: UPRIGHT, scaleX, scaleY, offsetX, offsetY },
    { left: 0, top: 0, right: session.width, bottom: session.height },
  )
  return canvas
}

function toFrame(detection: Detection, tile: Tile, session: DetectorSession): Detection {
  const x = (value: number): number => tile.x + (value * tile.size) / session.width
  const y = (value: number): number => tile.y + (value * tile.size) / session.height
  const [x1, y1, x2, y2] = detection.box
  return { ...detection, box: [x(x1), y(y1), x(x2), y(y2)] }
}
