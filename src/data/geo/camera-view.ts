import { localFrame, radians, type GeoPoint, type LocalFrame, type LocalPoint } from './local-frame.ts'
import { pixelOfRay, rayOfPixel, type Lens, type RayXy } from './lens.ts'

/** Where a camera is and how it looks, in the terms of DJI's gimbals. */
export interface CameraPose extends GeoPoint {
  /** Metres above the ground, which is taken to be flat and as high as the point of take-off. */
  readonly heightM: number
  /** Degrees clockwise from true north to where the camera looks; at pitch -90 to where the image's top points. */
  readonly yawDeg: number
  /** Degrees above the horizon: 0 ahead, -90 straight down (nadir). */
  readonly pitchDeg: number
  /** Degrees clockwise about the line of sight: positive when the camera's right side is down. */
  readonly rollDeg: number
}

/** A point of the flat ground as one camera sees it. */
export interface GroundPoint extends GeoPoint, LocalPoint {
  /** Metres along the optical axis, which says how large things are seen; not the distance. */
  readonly depthM: number
  /** Degrees by which the line of sight goes down: 90 straight below, near 0 at the horizon. */
  readonly depressionDeg: number
}

/** One image's camera over flat ground: from pixels to places and back. */
export interface CameraView {
  readonly pose: CameraPose
  readonly lens: Lens
  /** Metres east and north of the camera. */
  readonly frame: LocalFrame
  /** The ground that a pixel shows; undefined at and above the horizon. */
  ground(xPx: number, yPx: number): GroundPoint | undefined
  /** The ground that a ray of the camera meets. */
  groundOfRay(ray: RayXy): GroundPoint | undefined
  /** Downward part of the ray `[x, y, 1]`; the ground lies at depth `heightM / down`, and there is none below 0. */
  down(ray: RayXy): number
  /** The pixel that shows a place, inside the image or not; undefined for what is behind the camera. */
  pixel(place: GeoPoint): readonly [xPx: number, yPx: number] | undefined
}

type Vector = readonly [east: number, north: number, up: number]

/** A ray that sinks by less than this many metres a metre is the horizon's: its ground is farther than the earth is flat. */
const HORIZON_SLOPE = 1e-3

/**
 * Axes of the camera in the world (east, north, up), from yaw, pitch and roll in this order:
 * ahead = (sin ψ cos θ, cos ψ cos θ, sin θ), right = (cos ψ, -sin ψ, 0), below = ahead × right, then right and below are
 * turned by φ about ahead.
 *
 * @source DJI's sign conventions as its Mobile SDK documents them (gimbal attitude in the north-east-down frame, yaw
 *   clockwise from north, pitch negative when looking down); checked on photographs, see geo/README.md
 */
export function cameraView(pose: CameraPose, lens: Lens): CameraView {
  const [yaw, pitch, roll] = [radians(pose.yawDeg), radians(pose.pitchDeg), radians(pose.rollDeg)]
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)]
  const ahead: Vector = [sy * cp, cy * cp, sp]
  const level: Vector = [cy, -sy, 0]
  const under: Vector = [sy * sp, cy * sp, -cp]
  const right = combine(level, Math.cos(roll), under, Math.sin(roll))
  const below = combine(level, -Math.sin(roll), under, Math.cos(roll))
  const frame = localFrame(pose)
  const along = ([x, y]: RayXy): Vector => [
    right[0] * x + below[0] * y + ahead[0],
    right[1] * x + below[1] * y + ahead[1],
    right[2] * x + below[2] * y + ahead[2],
  ]
  const groundOfRay = (ray: RayXy): GroundPoint | undefined => {
    const [east, north, up] = along(ray)
    const flat = Math.hypot(east, north)
    if (!(-up > HORIZON_SLOPE * Math.max(flat, 1e-12))) return undefined
    const depthM = pose.heightM / -up
    const local = { eastM: east * depthM, northM: north * depthM }
    return { ...local, ...frame.toGeo(local), depthM, depressionDeg: (Math.atan2(-up, flat) * 180) / Math.PI }
  }
  return {
    pose,
    lens,
    frame,
    groundOfRay,
    ground: (xPx, yPx) => {
      const ray = rayOfPixel(lens, xPx, yPx)
      return ray && groundOfRay(ray)
    },
    down: (ray) => -along(ray)[2],
    pixel: (place) => {
      const { eastM, northM } = frame.toLocal(place)
      const to: Vector = [eastM, northM, -pose.heightM]
      const depth = dot(ahead, to)
      if (depth <= 0) return undefined
      return pixelOfRay(lens, [dot(right, to) / depth, dot(below, to) / depth])
    },
  }
}

function combine(a: Vector, p: number, b: Vector, q: number): Vector {
  return [a[0] * p + b[0] * q, a[1] * p + b[1] * q, a[2] * p + b[2] * q]
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
