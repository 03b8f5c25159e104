import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { MAX_SIDE_PX } from './rgb-image.ts'
import type { RgbImage } from './rgb-image.ts'

export interface DecodeOptions {
  /** The name used in messages when `source` is bytes. @default 'image' */
  readonly name?: string
  /** Images with a longer side are shrunk to it while they are decoded, keeping their aspect. @default no shrinking */
  readonly shrinkToSidePx?: number
}

/**
 * Decodes a JPEG or PNG (or WebP, TIFF) to RGB. EXIF orientation is applied, transparency is laid on padding grey,
 * grey and CMYK become RGB.
 *
 * @param source a path, or the file's bytes
 * @throws SkyloopError `yolo.image.corrupt` naming the file when it is empty, truncated or no image;
 *   `yolo.image.size` when a side exceeds {@link MAX_SIDE_PX}
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  const name = options.name ?? (typeof source === 'string' ? source : 'image')
  const bytes = typeof source === 'string' ? await readFile(source) : source
  if (bytes.byteLength === 0) throw corrupt(name, 'the file is empty')
  // "error": a truncated file must not come back half grey.
  const opened = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_SIDE_PX * MAX_SIDE_PX })
  const size = await opened.metadata().catch((error: unknown) => {
    throw corrupt(name, messageOf(error), error)
  })
  if (Math.max(size.width, size.height) > MAX_SIDE_PX) {
    throw new SkyloopError({
      code: 'yolo.image.size',
      message: `${name} is ${size.width}x${size.height} px; the longest side allowed is ${MAX_SIDE_PX} px`,
    })
  }
  const side = options.shrinkToSidePx
  const upright = opened.autoOrient().toColourspace('srgb').flatten({ background: '#727272' })
  const sized =
    side !== undefined && Math.max(size.width, size.height) > side
      ? upright.resize({ width: side, height: side, fit: 'inside' })
      : upright
  const { data, info } = await sized
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw corrupt(name, messageOf(error), error)
    })
  const rgb = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { width: info.width, height: info.height, rgb: info.channels === 3 ? rgb : greyToRgb(rgb, info.channels) }
}

function greyToRgb(grey: Uint8Array, channels: number): Uint8Array {
  const pixels = grey.length / channels
  const rgb = new Uint8Array(pixels * 3)
  for (let i = 0; i < pixels; i++) rgb.fill(grey[i * channels]!, i * 3, i * 3 + 3)
  return rgb
}

function corrupt(name: string, reason: string, cause?: unknown): SkyloopError {
  return new SkyloopError({
    code: 'yolo.image.corrupt',
    message: `${name} is not a readable image: ${reason}`,
    hint: 'replace the file or leave it out of the data set',
    cause,
  })
}
