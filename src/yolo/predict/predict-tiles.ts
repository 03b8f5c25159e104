import { SkyloopError } from '../../core/errors.ts'
import type { Detection } from '../eval/detections.ts'
import { blit, UPRIGHT } from '../image/blit.ts'
import { cropPlanes } from '../image/crop-planes.ts'
import type { DecodedImage } from '../image/decode-image.ts'
import { writePlanes } from '../image/letterbox.ts'
import { greyCanvas } from '../image/rgb-image.ts'
import type { DetectorSession } from '../runtime/detector-session.ts'
import { mergeTiles, type MergeOptions, type TileDetections } from './merge-tiles.ts'
import { decodeDetections, type DecodeDetectionsOptions } from './nms.ts'
import type { FoundInImage } from './predict-whole.ts'
import { runInMemory } from './run-memory.ts'
import { planTiles, type Tile, type Tiling } from './tiles.ts'

/**
 * Finds objects in an image cut into tiles, each as large as the file's input, and joins what they show.
 *
 * @throws SkyloopError `yolo.predict.tiling` when the tiles have another size than the network; `yolo.predict.tiles` when
 *   there are too many
 */
export async function predictTiles(
  session: DetectorSession,
  image: DecodedImage,
  tiling: Tiling,
  options: DecodeDetectionsOptions & Pick<MergeOptions, 'merge'>,
): Promise<FoundInImage> {
  checkTiling(tiling, session)
  const { width, height } = image.full
  const tiles = planTiles(width, height, tiling)
  const seen: TileDetections[] = []
  let inferMs = 0
  const perRun = tilesPerRun(session)
  for (let first = 0; first < tiles.length; first += perRun) {
    const group = tiles.slice(first, first + perRun)
    const { value, inferMs: groupMs } = await runInMemory(
      session,
      { height: session.height, width: session.width },
      { batch: session.anySize ? group.length : session.batch, confidence: options.confidence },
      (images) => {
        for (const [slot, tile] of group.entries()) writeTile(image, tile, session, images, slot)
      },
      (output) =>
        group.map((tile, batchIndex) => ({
          tile,
          detections: decodeDetections(output, { ...options, batchIndex }).map((detection) =>
            toFrame(detection, tile, session),
          ),
        })),
    )
    seen.push(...value)
    inferMs += groupMs
  }
  const { iou, maxDetections, merge } = options
  const detections = mergeTiles(seen, { width, height, iou, maxDetections, merge })
  return { detections, tiles: tiles.length, inferMs }
}

function checkTiling(tiling: Tiling, session: DetectorSession): void {
  const side = Math.round(tiling.size * tiling.scale)
  if (side === session.width && side === session.height) return
  throw new SkyloopError({
    code: 'yolo.predict.tiling',
    message: `tiles of ${tiling.size} px at scale ${tiling.scale} are ${side} px, but the network takes ${session.width}x${session.height} px`,
  })
}

/** Small maps keep few threads busy, so small tiles are run together: measured 20 % less time for four of 320 px on two cores. */
const PIXELS_PER_RUN = 640 * 640

function tilesPerRun(session: DetectorSession): number {
  if (!session.anySize) return session.batch
  return Math.max(session.batch, Math.floor(PIXELS_PER_RUN / (session.height * session.width)))
}

/** Writes the tile's pixels at the network's size, padded with grey where the frame ends. */
function writeTile(
  image: DecodedImage,
  tile: Tile,
  session: DetectorSession,
  images: Float32Array,
  slot: number,
): void {
  // Network pixels per pixel of the (perhaps already shrunk) image.
  const scaleX = (session.width / tile.size) * (image.full.width / image.width)
  const scaleY = (session.height / tile.size) * (image.full.height / image.height)
  const offsetX = (-tile.x * session.width) / tile.size
  const offsetY = (-tile.y * session.height) / tile.size
  if (scaleX === 1 && scaleY === 1 && Number.isInteger(offsetX) && Number.isInteger(offsetY)) {
    cropPlanes(image, -offsetX, -offsetY, session, images, slot)
    return
  }
  const canvas = greyCanvas(session.width, session.height)
  blit(
    image,
    canvas,
    { orientation: UPRIGHT, scaleX, scaleY, offsetX, offsetY },
    { left: 0, top: 0, right: session.width, bottom: session.height },
  )
  writePlanes(canvas, images, slot)
}

function toFrame(detection: Detection, tile: Tile, session: DetectorSession): Detection {
  const x = (value: number): number => tile.x + (value * tile.size) / session.width
  const y = (value: number): number => tile.y + (value * tile.size) / session.height
  const [x1, y1, x2, y2] = detection.box
  return { ...detection, box: [x(x1), y(y1), x(x2), y(y2)] }
}
