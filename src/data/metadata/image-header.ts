import sharp from 'sharp'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { type CameraMetadata, cameraMetadata } from './camera-metadata.ts'
import { type JpegSegments, jpegSegments } from './jpeg-segments.ts'
import { readExif } from './read-exif.ts'
import { readXmp } from './read-xmp.ts'

export type ColourMode = 'grey' | 'grey-alpha' | 'rgb' | 'rgba' | 'cmyk' | 'other'

/** What an image file says before a pixel is decoded. */
export interface ImageHeader {
  /** As the decoder names it: `jpeg`, `png`, `webp`, `tiff`, `gif`, `heif`. */
  readonly format: string
  /** Pixels across and down as they lie in the file. */
  readonly storedWidth: number
  readonly storedHeight: number
  /** EXIF orientation, 1 to 8; undefined when the file does not say. */
  readonly orientation: number | undefined
  readonly colourMode: ColourMode
  /** Bits of one channel of one pixel. */
  readonly bitDepth: number
  readonly camera: CameraMetadata
}

const BITS: Readonly<Record<string, number>> = {
  char: 8,
  uchar: 8,
  short: 16,
  ushort: 16,
  int: 32,
  uint: 32,
  float: 32,
  complex: 64,
  double: 64,
  dpcomplex: 128,
}

/** Formats of pixels. Drawings and documents, which a decoder would have to execute, are no photographs. */
const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif', 'jp2', 'jxl', 'ppm'])

/**
 * Reads an image's header, EXIF and XMP. Damaged metadata are no damaged image: what cannot be read of them is undefined.
 *
 * @param name for the message
 * @throws SkyloopError `data.image.empty` for 0 bytes, `data.image.corrupt` when it is no image; both name it
 */
export async function imageHeader(bytes: Uint8Array, name: string): Promise<ImageHeader> {
  if (bytes.byteLength === 0) {
    throw new SkyloopError({ code: 'data.image.empty', message: `${name} is empty (0 bytes)` })
  }
  const jpeg = jpegSegments(bytes)
  if (jpeg) return jpegHeader(jpeg)
  // Reading the header costs nothing, however large it says that the picture is.
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw corruptImage(name, error)
    })
  if (!FORMATS.has(header.format)) {
    throw corruptImage(name, `${header.format} is no format of photographs; ${[...FORMATS].join(', ')} are`)
  }
  // A TIFF file is its own EXIF block.
  const exif = readExif(header.format === 'tiff' ? bytes : (header.exif ?? new Uint8Array()))
  const xmp = readXmp(header.xmpAsString ?? '')
  return {
    format: header.format,
    storedWidth: header.width,
    storedHeight: header.height,
    orientation: header.orientation,
    colourMode: colourMode(header.space, header.channels, header.hasAlpha),
    bitDepth: header.bitsPerSample ?? BITS[header.depth] ?? 8,
    camera: cameraMetadata(exif, xmp),
  }
}

function jpegHeader(jpeg: JpegSegments): ImageHeader {
  const exif = readExif(jpeg.exif ?? new Uint8Array())
  return {
    format: 'jpeg',
    storedWidth: jpeg.width,
    storedHeight: jpeg.height,
    orientation: exif.orientation,
    colourMode: COLOUR_MODES[jpeg.components] ?? 'other',
    bitDepth: jpeg.bits,
    camera: cameraMetadata(exif, readXmp(new TextDecoder().decode(jpeg.xmp))),
  }
}

const COLOUR_MODES: Readonly<Record<number, ColourMode>> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' }

/** Pixels across and down as a viewer shows the image: orientations from 5 on lie on their side. */
export function uprightSize(header: ImageHeader): { readonly width: number; readonly height: number } {
  const { orientation, storedWidth, storedHeight } = header
  const onSide = orientation !== undefined && orientation >= 5
  return onSide ? { width: storedHeight, height: storedWidth } : { width: storedWidth, height: storedHeight }
}

export function corruptImage(name: string, cause: unknown): SkyloopError {
  return new SkyloopError({
    code: 'data.image.corrupt',
    message: `${name} is not a readable image: ${messageOf(cause)}`,
    cause,
  })
}

function colourMode(space: string, channels: number, hasAlpha: boolean): ColourMode {
  if (space === 'cmyk') return 'cmyk'
  const colours = channels - (hasAlpha ? 1 : 0)
  if (colours === 1) return hasAlpha ? 'grey-alpha' : 'grey'
  if (colours === 3) return hasAlpha ? 'rgba' : 'rgb'
  return 'other'
}
