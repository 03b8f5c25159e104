import { polygonFeature, pointFeature, type Feature } from './geojson.ts'
import type { GroundPoint } from './camera-view.ts'
import type { MergedObject } from './merge-sightings.ts'
import type { ImageView } from './view-of-image.ts'

/** A box that a detector found in an image. */
export interface ImageDetection {
  readonly class: string
  readonly classId: number
  /** 0 to 1. */
  readonly confidence: number
  /** x1, y1, x2, y2, pixels of the upright image. */
  readonly boxXyxyPx: readonly [number, number, number, number]
}

/** A detection with its place on the ground. */
export interface Sighting {
  readonly image: string
  readonly detection: ImageDetection
  readonly place: GroundPoint
  /** Metres of ground that the box spans across and along the view; an upright object's shadow on the ground, if oblique. */
  readonly widthM: number
  readonly lengthM: number
  /** Corners on the ground, counter-clockwise seen from above; undefined when one shows the sky. */
  readonly corners: readonly GroundPoint[] | undefined
}

/**
 * Where a detected object stands. Seen from straight above that is the box's middle; seen flat it is the middle of its
 * lower edge, where the object touches the ground. Between, the point moves with the squared cosine of the view's
 * steepness: a middle way between long and low (a car) and short and tall (a person), half an object's length off at most.
 *
 * @returns undefined when the box shows the sky there, or ground farther than `maxDepthM` along the optical axis
 */
export function sightingOf(view: ImageView, detection: ImageDetection, maxDepthM: number): Sighting | undefined {
  const [x1, y1, x2, y2] = detection.boxXyxyPx
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2]
  const middle = view.ground(x, y) ?? view.ground(x, y2)
  if (!middle) return undefined
  const footY = y + ((y2 - y1) / 2) * Math.cos((middle.depressionDeg * Math.PI) / 180) ** 2
  const place = view.ground(x, footY)
  if (!place || place.depthM > maxDepthM) return undefined
  const [left, right] = [view.ground(x1, footY), view.ground(x2, footY)]
  const [top, bottom] = [view.ground(x, y1), view.ground(x, y2)]
  if (!left || !right || !bottom) return undefined
  const corners = [view.ground(x1, y2), view.ground(x2, y2), view.ground(x2, y1), view.ground(x1, y1)]
  return {
    image: view.image.image,
    detection,
    place,
    widthM: between(left, right),
    // Towards the sky there is no far end; twice the near half stands for it.
    lengthM: top ? between(top, bottom) : 2 * between(place, bottom),
    corners: corners.every((corner) => corner !== undefined) ? counterClockwise(corners) : undefined,
  }
}

/** A GeoJSON feature of a sighting: its place, or the ground that its box covers. */
export function sightingFeature(sighting: Sighting, geometry: 'point' | 'polygon'): Feature {
  const { detection, place, corners } = sighting
  const properties = {
    class: detection.class,
    classId: detection.classId,
    confidence: round(detection.confidence, 4),
    image: sighting.image,
    boxXyxyPx: detection.boxXyxyPx.map((side) => round(side, 1)),
    widthM: round(sighting.widthM, 2),
    lengthM: round(sighting.lengthM, 2),
    distanceM: round(Math.hypot(place.eastM, place.northM), 1),
    depressionDeg: round(place.depressionDeg, 1),
  }
  return geometry === 'polygon' && corners ? polygonFeature(corners, properties) : pointFeature(place, properties)
}

/** A GeoJSON feature of an object that several images may have seen; size and box are those of the surest sighting. */
export function mergedFeature(object: MergedObject, geometry: 'point' | 'polygon'): Feature {
  const best = sightingFeature(object.sightings[0]!, geometry)
  const properties = {
    ...best.properties,
    sightings: object.sightings.length,
    images: object.sightings.map(({ image }) => image),
    spreadM: round(object.spreadM, 2),
  }
  return best.geometry.type === 'Polygon' ? { ...best, properties } : pointFeature(object.place, properties)
}

function between(a: GroundPoint, b: GroundPoint): number {
  return Math.hypot(a.eastM - b.eastM, a.northM - b.northM)
}

function counterClockwise(corners: readonly GroundPoint[]): readonly GroundPoint[] {
  const area = corners.reduce((sum, { eastM, northM }, k) => {
    const next = corners[(k + 1) % corners.length]!
    return sum + eastM * next.northM - next.eastM * northM
  }, 0)
  return area < 0 ? corners.toReversed() : corners
}

function round(value: number, places: number): number {
  return Number(value.toFixed(places))
}
