import sharp from 'sharp'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { type ImageStatistics, imageStatistics } from './image-statistics.ts'

/** What can be told from an image file alone. */
export interface MeasuredImage extends ImageStatistics {
  /** As the decoder names it: `jpeg`, `png`, `webp`, `tiff`. */
  readonly format: string
  readonly sizeBytes: number
}

/** Longest side that is decoded, in pixels. */
const MAX_SIDE_PX = 20_000

/**
 * Decodes an image, upright, and measures it at full resolution.
 *
 * @param name for the message
 * @throws SkyloopError `data.image.corrupt` naming the image when it is empty, truncated or no image
 */
export async function measureImage(bytes: Uint8Array, name: string): Promise<MeasuredImage> {
  const unreadable = (cause: unknown): SkyloopError =>
    new SkyloopError({
      code: 'data.image.corrupt',
      message: `${name} is not a readable image: ${messageOf(cause)}`,
      cause,
    })
  if (bytes.byteLength === 0) throw unreadable('the file is empty')
  try {
    const opened = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_SIDE_PX * MAX_SIDE_PX })
    const { format } = await opened.metadata()
    const { data, info } = await opened
      .autoOrient()
      .toColourspace('srgb')
      .flatten()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const rgb = info.channels === 3 ? data : spread(data, info.channels)
    return { ...imageStatistics({ width: info.width, height: info.height, rgb }), format, sizeBytes: bytes.byteLength }
  } catch (error) {
    throw unreadable(error)
  }
}

function spread(grey: Uint8Array, channels: number): Uint8Array {
  const pixels = grey.length / channels
  const rgb = new Uint8Array(pixels * 3)
  for (let i = 0; i < pixels; i++) rgb.fill(grey[i * channels]!, i * 3, i * 3 + 3)
  return rgb
}
