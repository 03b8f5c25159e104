import { polygonFeature, type Feature } from './geojson.ts'
import type { LocatedImage } from './read-image-camera.ts'
import type { ImageView } from './view-of-image.ts'

/**
 * The ground that an image shows, as a polygon.
 *
 * @param maxDepthM see `footprintOf`
 * @returns undefined when the image shows no ground up to that depth
 */
export function footprintFeature(image: LocatedImage, view: ImageView, maxDepthM?: number): Feature | undefined {
  const print = view.footprint(maxDepthM)
  if (!print) return undefined
  const { pose, lens } = view.view
  const middle = view.ground(image.width / 2, image.height / 2)
  return polygonFeature(print.corners, {
    image: image.image,
    flight: image.flight,
    ...(image.camera.capturedAt !== undefined && { capturedAt: image.camera.capturedAt }),
    heightM: round(pose.heightM, 2),
    yawDeg: round(pose.yawDeg, 2),
    pitchDeg: round(pose.pitchDeg, 2),
    rollDeg: round(pose.rollDeg, 2),
    areaM2: round(print.areaM2, 1),
    isCut: print.isCut,
    ...(middle && { middleCmPerPx: round((100 * middle.depthM) / lens.focalPx, 3) }),
  })
}

function round(value: number, places: number): number {
  return Number(value.toFixed(places))
}
