import type { CameraView, GroundPoint } from './camera-view.ts'
import { rayOfPixel, type RayXy } from './lens.ts'

/** The ground that an image shows. */
export interface Footprint {
  /** Corners in order, counter-clockwise seen from above; not closed. */
  readonly corners: readonly GroundPoint[]
  readonly areaM2: number
  /** Part of the image shows the sky, or ground beyond `maxDepthM`, and was left out. */
  readonly isCut: boolean
}

/** A footprint reaches this many heights along the optical axis unless told otherwise: at 20, the view is under 3° steep. */
const MAX_DEPTH_IN_HEIGHTS = 20

/** Points along each side of an image whose lens bends straight lines. */
const POINTS_A_SIDE = 8

/**
 * The part of the flat ground that an image shows, up to a depth: the image's outline, cut where the view goes further
 * (Sutherland & Hodgman 1974, with one line), projected.
 *
 * @param maxDepthM metres along the optical axis. @default 20 heights
 * @returns undefined when no such ground is in the image
 */
export function footprintOf(
  view: CameraView,
  width: number,
  height: number,
  maxDepthM = view.pose.heightM * MAX_DEPTH_IN_HEIGHTS,
): Footprint | undefined {
  const outline = outlineRays(view, width, height)
  // Ground nearer than the limit: down >= height / maxDepth. Linear in the ray, so a side is crossed at most once.
  const over = (ray: RayXy): number => view.down(ray) - view.pose.heightM / maxDepthM
  const kept: RayXy[] = []
  outline.forEach((ray, k) => {
    const next = outline[(k + 1) % outline.length]!
    const [a, b] = [over(ray), over(next)]
    if (a >= 0) kept.push(ray)
    if (a >= 0 !== b >= 0) {
      const t = a / (a - b)
      kept.push([ray[0] + t * (next[0] - ray[0]), ray[1] + t * (next[1] - ray[1])])
    }
  })
  const corners = kept.flatMap((ray) => view.groundOfRay(ray) ?? [])
  if (corners.length < 3) return undefined
  const area = signedArea(corners)
  return {
    corners: area < 0 ? corners.toReversed() : corners,
    areaM2: Math.abs(area),
    isCut: outline.some((ray) => over(ray) < 0),
  }
}

function outlineRays(view: CameraView, width: number, height: number): RayXy[] {
  const sides: [number, number][] = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ]
  const points = view.lens.distortion ? POINTS_A_SIDE : 1
  return sides.flatMap(([x, y], k) => {
    const [toX, toY] = sides[(k + 1) % 4]!
    return Array.from({ length: points }, (_, i) => {
      const t = i / points
      return rayOfPixel(view.lens, x + t * (toX - x), y + t * (toY - y))
    }).filter((ray) => ray !== undefined)
  })
}

/** Square metres, positive when the corners go counter-clockwise. */
function signedArea(corners: readonly GroundPoint[]): number {
  return (
    corners.reduce((sum, { eastM, northM }, k) => {
      const next = corners[(k + 1) % corners.length]!
      return sum + eastM * next.northM - next.eastM * northM
    }, 0) / 2
  )
}
