import type { CameraMetadata } from './camera-metadata.ts'

/** Ground covered by one pixel of the file as it is, which may be smaller than the camera's original, at the image's centre. */
export interface GroundSample {
  /** Centimetres a pixel across the line of sight. */
  readonly cmPerPx: number
  /** Centimetres a pixel along the line of sight, on level ground: the same straight down, longer the more oblique. */
  readonly alongCmPerPx: number
  /** Metres from the camera to the ground at the centre. */
  readonly distanceM: number
  /** Degrees between the line of sight and straight down: 0 is nadir. Undefined when the aim is unknown and nadir was taken. */
  readonly offNadirDeg: number | undefined
  /** By the range finder; by the height above take-off, for level ground at that height; or as a metadata file declares it. */
  readonly distanceFrom: 'range-finder' | 'relative-altitude' | 'declared'
}

/** So near the horizon, level ground tells nothing of the distance. */
const MAX_OFF_NADIR_DEG = 80

/** Sides of a picture that was only reduced keep their ratio up to rounding. */
const SAME_ASPECT = 0.01

/**
 * Ground sample distance at the centre of the image: `cm/px = 100 * sensor width * distance / (focal length * pixels)`,
 * with `distance = height / cos(off nadir)`; along the line of sight the ground is seen at a slant, so a pixel covers
 * `1 / cos(off nadir)` more of it.
 *
 * @param stored pixels across and down as they lie in the file
 * @returns undefined when sensor, lens or height is unknown, when the picture was cut (its sides have another ratio than
 *   the camera's), and when the camera aims within 10 degrees of the horizon
 * @source ASPRS Manual of Photogrammetry (scale of a vertical and of a tilted photograph at the principal point)
 */
export function groundSample(
  camera: CameraMetadata,
  stored: { readonly width: number; readonly height: number },
): GroundSample | undefined {
  const { focalLengthMm, sensorWidthMm, originalWidth, originalHeight, gimbalPitchDeg } = camera
  if (focalLengthMm === undefined || sensorWidthMm === undefined) return undefined
  if (originalWidth === undefined || originalHeight === undefined) return undefined
  const long = Math.max(stored.width, stored.height)
  const aspect = long / Math.min(stored.width, stored.height)
  const originalAspect = Math.max(originalWidth, originalHeight) / Math.min(originalWidth, originalHeight)
  if (Math.abs(aspect / originalAspect - 1) > SAME_ASPECT) return undefined
  // Some gimbals report a little beyond straight down.
  const offNadirDeg = gimbalPitchDeg === undefined ? undefined : Math.abs(gimbalPitchDeg + 90)
  if (offNadirDeg !== undefined && offNadirDeg > MAX_OFF_NADIR_DEG) return undefined
  const slant = Math.cos(((offNadirDeg ?? 0) * Math.PI) / 180)
  const { targetDistanceM, relativeAltitudeM } = camera
  const ranged = targetDistanceM !== undefined && targetDistanceM > 0
  const distanceM = ranged ? targetDistanceM : (relativeAltitudeM ?? 0) / slant
  if (!(distanceM > 0)) return undefined
  const cmPerPx = (100 * sensorWidthMm * distanceM) / (focalLengthMm * long)
  return {
    cmPerPx,
    alongCmPerPx: cmPerPx / slant,
    distanceM,
    offNadirDeg,
    distanceFrom: ranged ? 'range-finder' : 'relative-altitude',
  }
}
