import { SkyloopError } from '../../core/errors.ts'
import type { CameraMetadata } from '../metadata/camera-metadata.ts'
import { cameraView, type CameraView, type GroundPoint } from './camera-view.ts'
import { footprintOf, type Footprint } from './footprint.ts'
import type { Distortion } from './lens.ts'
import type { GeoPoint } from './local-frame.ts'
import { storedPoint, swapsSides, uprightPoint, type Orientation } from './orientation.ts'

/** What is needed of one image to place its pixels on the ground. */
export interface ImageCamera {
  /** Name for messages and properties. */
  readonly image: string
  /** Pixels of the file as it is, upright. */
  readonly width: number
  readonly height: number
  readonly camera: CameraMetadata
  /** How the upright picture came from the one that the sensor read. @default 1 */
  readonly orientation?: Orientation
  /** Focal length in pixels of this file, where it is known better than from focal length and sensor. */
  readonly focalPx?: number
}

/** What a person adds to, or puts in the place of, what images say. */
export interface ViewOptions {
  /** Metres above ground instead of above take-off. */
  readonly heightM?: number
  /** Metres by which the ground lies above the point of take-off. @default 0 */
  readonly groundM?: number
  /** Focal length in pixels of the camera's full picture, for example from a calibration. */
  readonly focalPx?: number
  /** Degrees added to every yaw: the local error of the compass. @default 0 */
  readonly yawOffsetDeg?: number
  readonly distortion?: Distortion
}

/** One image, from the pixels of its upright picture to places and back. */
export interface ImageView {
  readonly image: ImageCamera
  readonly view: CameraView
  /** The ground that a pixel shows; undefined at and above the horizon. */
  ground(xPx: number, yPx: number): GroundPoint | undefined
  /** The pixel that shows a place, inside the image or not; undefined for what is behind the camera. */
  pixel(place: GeoPoint): readonly [xPx: number, yPx: number] | undefined
  /** @see footprintOf */
  footprint(maxDepthM?: number): Footprint | undefined
}

/**
 * The view of one image. The optical axis is taken to meet the middle of the image.
 *
 * Without a gimbal's yaw that of the aircraft is taken, on which the gimbal is mounted; a missing roll is 0, as gimbals
 * keep it. Height, place, pitch and focal length have no substitute.
 *
 * @throws SkyloopError `data.geo.metadata` naming everything that is missing; `data.geo.height` when the camera is not
 *   above the ground
 */
export function viewOfImage(image: ImageCamera, options: ViewOptions = {}): ImageView {
  const { camera } = image
  const heightM = options.heightM ?? (camera.relativeAltitudeM ?? Number.NaN) - (options.groundM ?? 0)
  const yawDeg = camera.gimbalYawDeg ?? camera.flightYawDeg
  const focalPx = focalLengthPx(image, options)
  const missing = [
    ...(camera.latitudeDeg === undefined || camera.longitudeDeg === undefined ? ['GPS position'] : []),
    ...(Number.isNaN(heightM) ? ['altitude above take-off (--height gives one)'] : []),
    ...(camera.gimbalPitchDeg === undefined ? ['gimbal pitch'] : []),
    ...(yawDeg === undefined ? ['gimbal or flight yaw'] : []),
    ...(focalPx === undefined ? ['focal length and sensor width (--focal-px gives both)'] : []),
  ]
  if (missing.length > 0) {
    throw new SkyloopError({
      code: 'data.geo.metadata',
      message: `${image.image} does not say its ${missing.join(', ')}, so its pixels have no place on the ground`,
      hint: 'use the files as the camera wrote them, or add the values to metadata.jsonl',
    })
  }
  if (heightM <= 0) {
    throw new SkyloopError({
      code: 'data.geo.height',
      message: `${image.image} was taken ${heightM.toFixed(1)} m above the ground; it takes more than 0`,
      hint: 'give the height above ground with --height',
    })
  }
  const { width, height, orientation = 1 } = image
  const [storedWidth, storedHeight] = swapsSides(orientation) ? [height, width] : [width, height]
  const view = cameraView(
    {
      latitudeDeg: camera.latitudeDeg as number,
      longitudeDeg: camera.longitudeDeg as number,
      heightM,
      yawDeg: (yawDeg as number) + (options.yawOffsetDeg ?? 0),
      pitchDeg: camera.gimbalPitchDeg as number,
      rollDeg: camera.gimbalRollDeg ?? 0,
    },
    {
      focalPx: focalPx as number,
      centreXPx: storedWidth / 2,
      centreYPx: storedHeight / 2,
      ...(options.distortion && { distortion: options.distortion }),
    },
  )
  return {
    image,
    view,
    ground: (xPx, yPx) => view.ground(...storedPoint(orientation, width, height, [xPx, yPx])),
    pixel: (place) => {
      const stored = view.pixel(place)
      return stored && uprightPoint(orientation, width, height, stored)
    },
    footprint: (maxDepthM) => footprintOf(view, storedWidth, storedHeight, maxDepthM),
  }
}

/**
 * Focal length in pixels of the file as it is: `focal length / sensor width × longer side`. The sensor's width belongs to
 * the longer side of the camera's picture whatever became of its size, so a reduced file needs nothing else.
 */
function focalLengthPx(image: ImageCamera, options: ViewOptions): number | undefined {
  const { camera } = image
  const longPx = Math.max(image.width, image.height)
  if (options.focalPx !== undefined) {
    const originalPx = Math.max(camera.originalWidth ?? 0, camera.originalHeight ?? 0)
    return originalPx > 0 ? (options.focalPx * longPx) / originalPx : options.focalPx
  }
  if (image.focalPx !== undefined) return image.focalPx
  const { focalLengthMm, sensorWidthMm, focalLength35Mm } = camera
  if (focalLengthMm !== undefined && sensorWidthMm !== undefined && sensorWidthMm > 0) {
    return (focalLengthMm / sensorWidthMm) * longPx
  }
  // 36 mm of film stand for the longer side.
  return focalLength35Mm === undefined || focalLength35Mm <= 0 ? undefined : (focalLength35Mm / 36) * longPx
}
