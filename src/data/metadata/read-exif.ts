/** The few EXIF values that the product uses, as they stand in the file; one that is absent or malformed is undefined. */
export interface ExifTags {
  readonly make?: string | undefined
  readonly model?: string | undefined
  readonly orientation?: number | undefined
  /** `YYYY:MM:DD hh:mm:ss`, the camera's clock. */
  readonly dateTimeOriginal?: string | undefined
  readonly dateTime?: string | undefined
  /** The firmware or program that wrote the file last. */
  readonly software?: string | undefined
  /** Digits after the seconds' point. */
  readonly subSecTimeOriginal?: string | undefined
  /** `+02:00`. */
  readonly offsetTimeOriginal?: string | undefined
  readonly exposureTime?: number | undefined
  readonly fNumber?: number | undefined
  readonly iso?: number | undefined
  /** mm */
  readonly focalLength?: number | undefined
  readonly focalLengthIn35mmFilm?: number | undefined
  readonly digitalZoomRatio?: number | undefined
  readonly pixelXDimension?: number | undefined
  readonly pixelYDimension?: number | undefined
  /** Pixels per `focalPlaneResolutionUnit`. */
  readonly focalPlaneXResolution?: number | undefined
  /** 2 inch (also when absent), 3 cm, 4 mm, 5 µm. */
  readonly focalPlaneResolutionUnit?: number | undefined
  readonly gpsLatitudeRef?: string | undefined
  /** Degrees, minutes, seconds. */
  readonly gpsLatitude?: readonly number[] | undefined
  readonly gpsLongitudeRef?: string | undefined
  readonly gpsLongitude?: readonly number[] | undefined
  /** 1: below sea level. */
  readonly gpsAltitudeRef?: number | undefined
  readonly gpsAltitude?: number | undefined
}

type Value = string | readonly number[]

/** Tag numbers. @source CIPA DC-008-2023 (EXIF 3.0), TIFF 6.0 */
const IFD0 = { 0x010f: 'make', 0x0110: 'model', 0x0112: 'orientation', 0x0131: 'software', 0x0132: 'dateTime' } as const
const EXIF = {
  0x829a: 'exposureTime',
  0x829d: 'fNumber',
  0x8827: 'iso',
  0x9003: 'dateTimeOriginal',
  0x9011: 'offsetTimeOriginal',
  0x9291: 'subSecTimeOriginal',
  0x920a: 'focalLength',
  0xa002: 'pixelXDimension',
  0xa003: 'pixelYDimension',
  0xa20e: 'focalPlaneXResolution',
  0xa210: 'focalPlaneResolutionUnit',
  0xa404: 'digitalZoomRatio',
  0xa405: 'focalLengthIn35mmFilm',
} as const
const GPS = {
  0x01: 'gpsLatitudeRef',
  0x02: 'gpsLatitude',
  0x03: 'gpsLongitudeRef',
  0x04: 'gpsLongitude',
  0x05: 'gpsAltitudeRef',
  0x06: 'gpsAltitude',
} as const
const EXIF_POINTER = 0x8769
const GPS_POINTER = 0x8825

/** Texts are read up to here: a longer one is not what its tag promises. */
const MAX_TEXT_BYTES = 256
/** No tag that is read has more numbers. */
const MAX_NUMBERS = 4

/**
 * Reads an EXIF block, or a TIFF file, which has the same structure. Whatever the bytes say, the work is bounded: each of
 * three directories is read once, each tag of the tables once, no tag beyond 256 bytes.
 *
 * @param bytes from the byte order mark on, or with `Exif\0\0` before it
 * @returns no field when it is no EXIF at all; those before the damage when it is damaged
 */
export function readExif(bytes: Uint8Array): ExifTags {
  const prefixed = bytes.length > 6 && bytes[0] === 0x45 && bytes[1] === 0x78 && bytes[4] === 0
  const tiff = prefixed ? bytes.subarray(6) : bytes
  if (tiff.length < 8) return {}
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const mark = view.getUint16(0)
  const littleEndian = mark === 0x4949
  if ((!littleEndian && mark !== 0x4d4d) || view.getUint16(2, littleEndian) !== 42) return {}
  const found: Record<string, Value> = {}
  const first = readDirectory(view, littleEndian, view.getUint32(4, littleEndian), { ...IFD0 }, found)
  readDirectory(view, littleEndian, first.exif, { ...EXIF }, found)
  readDirectory(view, littleEndian, first.gps, { ...GPS }, found)
  return asTags(found)
}

/** Reads the wanted tags of one directory; the first of equal ones counts. */
function readDirectory(
  view: DataView,
  littleEndian: boolean,
  offset: number,
  wanted: Readonly<Record<number, string>>,
  found: Record<string, Value>,
): { exif: number; gps: number } {
  const pointers = { exif: 0, gps: 0 }
  if (offset < 8 || offset + 2 > view.byteLength) return pointers
  const entries = view.getUint16(offset, littleEndian)
  for (let i = 0, at = offset + 2; i < entries && at + 12 <= view.byteLength; i++, at += 12) {
    const tag = view.getUint16(at, littleEndian)
    if (tag === EXIF_POINTER) pointers.exif ||= view.getUint32(at + 8, littleEndian)
    else if (tag === GPS_POINTER) pointers.gps ||= view.getUint32(at + 8, littleEndian)
    const name = wanted[tag]
    if (name === undefined || name in found) continue
    const value = readValue(view, littleEndian, at)
    if (value !== undefined) found[name] = value
  }
  return pointers
}

/** Bytes of one value of the TIFF types that occur in the tables. */
const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 9: 4, 10: 8 }

function readValue(view: DataView, littleEndian: boolean, entry: number): Value | undefined {
  const type = view.getUint16(entry + 2, littleEndian)
  const count = view.getUint32(entry + 4, littleEndian)
  const size = TYPE_BYTES[type]
  if (size === undefined || count === 0) return undefined
  const at = size * count <= 4 ? entry + 8 : view.getUint32(entry + 8, littleEndian)
  if (at + size * count > view.byteLength) return undefined
  if (type === 2) {
    if (count > MAX_TEXT_BYTES) return undefined
    const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, count))
    const end = text.indexOf('\0')
    return (end < 0 ? text : text.slice(0, end)).trim() || undefined
  }
  if (count > MAX_NUMBERS) return undefined
  return Array.from({ length: count }, (_, i) => readNumber(view, littleEndian, type, at + i * size))
}

function readNumber(view: DataView, littleEndian: boolean, type: number, at: number): number {
  if (type === 1) return view.getUint8(at)
  if (type === 3) return view.getUint16(at, littleEndian)
  if (type === 4) return view.getUint32(at, littleEndian)
  if (type === 9) return view.getInt32(at, littleEndian)
  // A fraction over 0 becomes NaN or infinite here and is dropped below.
  if (type === 10) return view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian)
  return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian)
}

const TEXTS: ReadonlySet<string> = new Set([
  'make',
  'model',
  'dateTime',
  'software',
  'dateTimeOriginal',
  'offsetTimeOriginal',
  'subSecTimeOriginal',
  'gpsLatitudeRef',
  'gpsLongitudeRef',
])
const LISTS: ReadonlySet<string> = new Set(['gpsLatitude', 'gpsLongitude'])

/** Keeps what has its tag's kind: texts, three numbers, one finite number. */
function asTags(found: Readonly<Record<string, Value>>): ExifTags {
  const tags: Record<string, Value | number> = {}
  for (const [name, value] of Object.entries(found)) {
    if (TEXTS.has(name)) {
      if (typeof value === 'string') tags[name] = value
    } else if (typeof value === 'string' || !value.every(Number.isFinite)) continue
    else if (LISTS.has(name)) {
      if (value.length === 3) tags[name] = value
    } else if (name !== 'orientation' || (value[0]! >= 1 && value[0]! <= 8)) tags[name] = value[0]!
  }
  return tags as ExifTags
}
