import type { ExifTags } from './read-exif.ts'
import { sensorWidth, type SensorWidthSource } from './sensor-width.ts'
import { XMP_FIELDS } from './xmp-fields.ts'

/** What EXIF and XMP of an image say of the camera that took it. A field that neither has is undefined: 0 is a value. */
export interface CameraMetadata {
  readonly make?: string | undefined
  readonly model?: string | undefined
  /** The firmware, or the program that wrote the file after the camera. */
  readonly software?: string | undefined
  /** The camera's clock, `2016-06-23T14:05:51`, with the offset appended where EXIF has one: `+02:00`. */
  readonly capturedAt?: string | undefined
  /** Milliseconds since 1970 of `capturedAt`, taken as UTC where no offset is known: good for order and differences. */
  readonly capturedAtMs?: number | undefined
  /** WGS 84 degrees, north positive. */
  readonly latitudeDeg?: number | undefined
  /** WGS 84 degrees, east positive. */
  readonly longitudeDeg?: number | undefined
  /** Metres above sea level by the GPS block of EXIF, below it negative. */
  readonly gpsAltitudeM?: number | undefined
  /** Metres above sea level by XMP, which a camera may take from another sensor. Says nothing of the height over ground. */
  readonly absoluteAltitudeM?: number | undefined
  /** Metres above the point of take-off. */
  readonly relativeAltitudeM?: number | undefined
  /** Metres to what the laser range finder points at. */
  readonly targetDistanceM?: number | undefined
  /** Camera's aim against the horizon, degrees: 0 ahead, -90 straight down. */
  readonly gimbalPitchDeg?: number | undefined
  /** Camera's aim, degrees clockwise from north. */
  readonly gimbalYawDeg?: number | undefined
  readonly gimbalRollDeg?: number | undefined
  /** The aircraft's own angles, degrees: pitch up, yaw clockwise from north, roll right. */
  readonly flightPitchDeg?: number | undefined
  readonly flightYawDeg?: number | undefined
  readonly flightRollDeg?: number | undefined
  readonly focalLengthMm?: number | undefined
  /** Focal length that gives the same view on 36 x 24 mm film. */
  readonly focalLength35Mm?: number | undefined
  /** How far the part of the sensor reaches that made the picture's longer side, mm; a digital zoom makes it smaller. */
  readonly sensorWidthMm?: number | undefined
  readonly sensorWidthSource?: SensorWidthSource | undefined
  /** Size of the picture as the camera wrote it, px; larger than the file's when somebody reduced it. */
  readonly originalWidth?: number | undefined
  readonly originalHeight?: number | undefined
  readonly exposureTimeS?: number | undefined
  readonly fNumber?: number | undefined
  readonly iso?: number | undefined
}

/** Fields of XMP that become one of {@link CameraMetadata}, all of them numbers. */
type XmpField = keyof typeof XMP_FIELDS

/**
 * Brings together what EXIF and XMP say, in one set of units and signs. EXIF is asked first for place and lens, XMP alone
 * knows aim and height above take-off.
 *
 * @param xmp properties by name with prefix, of `readXmp`
 */
export function cameraMetadata(exif: ExifTags, xmp: ReadonlyMap<string, string>): CameraMetadata {
  const fromXmp: Partial<Record<XmpField, number>> = {}
  for (const [field, names] of Object.entries(XMP_FIELDS) as [XmpField, (typeof XMP_FIELDS)[XmpField]][]) {
    for (const { name, toValue } of names) {
      const value = xmpNumber(xmp.get(name))
      if (value === undefined) continue
      fromXmp[field] = toValue === undefined ? value : toValue(value)
      break
    }
  }
  const { latitudeDeg, longitudeDeg, ...aim } = fromXmp
  const focalLengthMm = positive(exif.focalLength)
  const focalLength35Mm = positive(exif.focalLengthIn35mmFilm)
  const originalWidth = positive(exif.pixelXDimension)
  const originalHeight = positive(exif.pixelYDimension)
  const metadata: CameraMetadata = {
    make: exif.make ?? xmp.get('tiff:Make'),
    model: exif.model ?? xmp.get('tiff:Model'),
    software: exif.software,
    ...captureTime(exif),
    ...(place(degrees(exif.gpsLatitude, exif.gpsLatitudeRef), degrees(exif.gpsLongitude, exif.gpsLongitudeRef)) ??
      place(latitudeDeg, longitudeDeg)),
    gpsAltitudeM: exif.gpsAltitude === undefined ? undefined : exif.gpsAltitude * (exif.gpsAltitudeRef === 1 ? -1 : 1),
    ...aim,
    focalLengthMm,
    focalLength35Mm,
    originalWidth,
    originalHeight,
    exposureTimeS: positive(exif.exposureTime),
    fNumber: positive(exif.fNumber),
    iso: positive(exif.iso),
    ...sensorWidth({
      model: exif.model,
      focalLengthMm,
      focalLength35Mm,
      originalWidth,
      originalHeight,
      digitalZoom: exif.digitalZoomRatio,
      focalPlaneXResolution: exif.focalPlaneXResolution,
      focalPlaneResolutionUnit: exif.focalPlaneResolutionUnit,
    }),
  }
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined))
}

/** `+119.30` or the fraction `13930/1000`; undefined for anything else. */
function xmpNumber(text: string | undefined): number | undefined {
  const match = /^([+-]?\d{1,12}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?)(?:\/(\d{1,12}))?$/.exec(text ?? '')
  if (!match) return undefined
  const value = Number(match[1]) / Number(match[2] ?? 1)
  return Number.isFinite(value) ? value : undefined
}

function degrees(dms: readonly number[] | undefined, ref: string | undefined): number | undefined {
  if (dms === undefined || ref === undefined || !/^[NSEW]$/i.test(ref)) return undefined
  const value = dms[0]! + dms[1]! / 60 + dms[2]! / 3600
  return /[SW]/i.test(ref) ? -value : value
}

/** Both or neither. Exactly 0, 0 is what a receiver without a fix writes. */
function place(
  latitudeDeg: number | undefined,
  longitudeDeg: number | undefined,
): Pick<CameraMetadata, 'latitudeDeg' | 'longitudeDeg'> | undefined {
  if (latitudeDeg === undefined || longitudeDeg === undefined) return undefined
  if (Math.abs(latitudeDeg) > 90 || Math.abs(longitudeDeg) > 180) return undefined
  if (latitudeDeg === 0 && longitudeDeg === 0) return undefined
  return { latitudeDeg, longitudeDeg }
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}

function captureTime(exif: ExifTags): Pick<CameraMetadata, 'capturedAt' | 'capturedAtMs'> {
  const match = /^(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2}):(\d{2})$/.exec(exif.dateTimeOriginal ?? exif.dateTime ?? '')
  if (!match) return {}
  const [, year, month, day, hour, minute, second] = match
  const digits = exif.dateTimeOriginal === undefined ? undefined : /^\d{1,9}$/.exec(exif.subSecTimeOriginal ?? '')?.[0]
  const offset =
    exif.dateTimeOriginal === undefined ? undefined : /^[+-]\d{2}:\d{2}$/.exec(exif.offsetTimeOriginal ?? '')?.[0]
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}${digits === undefined ? '' : `.${digits}`}`
  const capturedAtMs = Date.parse(`${local}${offset ?? 'Z'}`)
  // No such day, as 0000:00:00 of a camera whose clock was never set, or 30 February.
  if (Number.isNaN(capturedAtMs) || new Date(Date.parse(`${local}Z`)).getUTCDate() !== Number(day)) return {}
  return { capturedAt: `${local}${offset ?? ''}`, capturedAtMs }
}
