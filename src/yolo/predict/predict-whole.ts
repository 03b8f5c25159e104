import type { Detection } from '../eval/detections.ts'
import type { DecodedImage } from '../image/decode-image.ts'
import { letterboxFit, letterboxPlanes, tightSize, unletterboxBox } from '../image/letterbox.ts'
import type { DetectorSession } from '../runtime/detector-session.ts'
import { decodeDetections, type DecodeDetectionsOptions } from './nms.ts'
import { runInMemory } from './run-memory.ts'

export interface FoundInImage {
  /** Best first, boxes in pixels of the image. */
  readonly detections: Detection[]
  /** How many network inputs the image became. */
  readonly tiles: number
  /** Time in the network. */
  readonly inferMs: number
}

/** Sides of a network input are multiples of it. */
const SIDE_STEP = 32

/**
 * Finds objects in an image letterboxed whole: into the file's size, or where the network takes any size, into the smallest
 * rectangle that shows the image at the same scale.
 */
export async function predictWhole(
  session: DetectorSession,
  image: DecodedImage,
  options: DecodeDetectionsOptions,
): Promise<FoundInImage> {
  const size = session.anySize ? tightSize(image, session, SIDE_STEP) : { width: session.width, height: session.height }
  const batch = session.anySize ? 1 : session.batch
  const fit = letterboxFit(image, size)
  const { value, inferMs } = await runInMemory(
    session,
    size,
    { batch, confidence: options.confidence },
    (images) => letterboxPlanes(image, size, images, 0),
    (output) =>
      decodeDetections(output, options).map((detection) => ({
        ...detection,
        box: unletterboxBox(detection.box, fit, image),
      })),
  )
  return { detections: value, tiles: 1, inferMs }
}
