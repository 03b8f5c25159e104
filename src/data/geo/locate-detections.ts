import { SkyloopError } from '../../core/errors.ts'
import type { DetectedImage } from './read-detections.ts'
import { sightingOf, type ImageDetection, type Sighting } from './detection-features.ts'
import type { ImageView } from './view-of-image.ts'

export interface LocatedDetections {
  readonly sightings: readonly Sighting[]
  /** Boxes without a place: they show the sky, or ground beyond the depth allowed. */
  readonly beyond: number
}

/** Boxes of one image whose sides differ from the file's by more than this share were not made on this picture. */
const SAME_ASPECT = 0.01

/**
 * Places what was found in one image.
 *
 * @param maxDepthM metres along the optical axis
 * @throws SkyloopError `data.geo.size` when the boxes are of a picture of another shape
 */
export function locateDetections(found: DetectedImage, view: ImageView, maxDepthM: number): LocatedDetections {
  const { width, height, image } = view.image
  const [scaleX, scaleY] = [width / (found.width ?? width), height / (found.height ?? height)]
  if (Math.abs(scaleX / scaleY - 1) > SAME_ASPECT) {
    throw new SkyloopError({
      code: 'data.geo.size',
      message: `the boxes of ${found.file} are of a picture of ${found.width} x ${found.height} px, but ${image} has ${width} x ${height} px`,
      hint: 'give the images that were predicted on',
    })
  }
  const sightings = found.detections.flatMap((detection) => {
    const [x1, y1, x2, y2] = detection.boxXyxyPx
    const scaled: ImageDetection = { ...detection, boxXyxyPx: [x1 * scaleX, y1 * scaleY, x2 * scaleX, y2 * scaleY] }
    return sightingOf(view, scaled, maxDepthM) ?? []
  })
  return { sightings, beyond: found.detections.length - sightings.length }
}
