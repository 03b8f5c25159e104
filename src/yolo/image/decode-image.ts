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
  /** Images are shrunk by this factor below 1 while they are decoded. @default no shrinking */
  readonly shrinkBy?: number
  /** Images with more pixels are refused; a small file can claim far more than fit into memory. @default 400 million */
  readonly maxPixels?: number
}

export interface DecodedImage extends RgbImage {
  /** Size in pixels before shrinking, upright. */
  readonly full: { readonly width: number; readonly height: number }
}

/**
 * Decodes a JPEG or PNG (or WebP, TIFF) to RGB. EXIF orientation is applied, transparency is laid on padding grey,
 * grey and CMYK become RGB.
 *
 * @param source a path, or the file's bytes
 * @throws SkyloopError `yolo.image.corrupt` naming the file when it is empty, truncated or no image;
 *   `yolo.image.size` when a side exceeds {@link MAX_SIDE_PX} or there are more than `maxPixels`
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  const name = options.name ?? (typeof source === 'string' ? source : 'image')
  const bytes = typeof source === 'string' ? await readFile(source) : source
  if (bytes.byteLength === 0) throw corrupt(name, 'the file is empty')
  const maxPixels = options.maxPixels ?? MAX_SIDE_PX * MAX_SIDE_PX
  // "error": a truncated file must not come back half grey.
  const opened = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels })
  const upright = opened.autoOrient().toColourspace('srgb').flatten({ background: '#727272' })
  const { shrinkToSidePx, shrinkBy = 1 } = options
  let full: DecodedImage['full'] | undefined
  if (shrinkToSidePx !== undefined || shrinkBy < 1) {
    // Only here the header is read by itself, which takes as long as a tenth of a decoding.
    full = await headerSize(bytes, name, maxPixels)
    const longest = Math.max(full.width, full.height)
    const side = shrinkToSidePx ?? Math.max(1, Math.round(longest * shrinkBy))
    if (longest > side) upright.resize({ width: side, height: side, fit: 'inside' })
  }
  const { data, info } = await upright
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(async (error: unknown) => {
      await headerSize(bytes, name, maxPixels)
      throw corrupt(name, messageOf(error), error)
    })
  if (!full) checkSize((full = { width: info.width, height: info.height }), name, maxPixels)
  const rgb = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const { width, height, channels } = info
  return { width, height, full, rgb: channels === 3 ? rgb : greyToRgb(rgb, channels) }
}

/** The upright size that the file claims, without decoding it. */
async function headerSize(bytes: Uint8Array, name: string, maxPixels: number): Promise<DecodedImage['full']> {
  // "none" and no limit: what is wrong beside the size is told by who decodes.
  const { autoOrient } = await sharp(bytes, { failOn: 'none', limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw corrupt(name, messageOf(error), error)
    })
  checkSize(autoOrient, name, maxPixels)
  return autoOrient
}

function checkSize({ width, height }: DecodedImage['full'], name: string, maxPixels: number): void {
  const limit =
    Math.max(width, height) > MAX_SIDE_PX
      ? `the longest side allowed is ${MAX_SIDE_PX} px`
      : width * height > maxPixels && `at most ${maxPixels / 1e6} million pixels are allowed`
  if (limit) throw new SkyloopError({ code: 'yolo.image.size', message: `${name} is ${width}x${height} px; ${limit}` })
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
