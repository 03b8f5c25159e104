import type { Detection } from '../eval/detections.ts'
import type { DecodedImage } from '../image/decode-image.ts'
import { letterboxPlanes, tightSize, unletterboxBox } from '../image/letterbox.ts'
import type { DetectorSession } from '../runtime/detector-session.ts'
import { withInput } from './input-buffers.ts'
import { decodeDetections, type DecodeDetectionsOptions } from './nms.ts'

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
  return withInput(session, batch * 3 * size.height * size.width, async (input) => {
    const fit = letterboxPlanes(image, size, input, 0)
    const begun = performance.now()
    const output = await session.run(input, size)
    const inferMs = performance.now() - begun
    const detections = decodeDetections(output, options).map((detection) => ({
      ...detection,
      box: unletterboxBox(detection.box, fit, image),
    }))
    return { detections, tiles: 1, inferMs }
  })
}
