import { imageHeader, uprightSize } from '../metadata/image-header.ts'
import type { ImageLook } from './image-profile.ts'
import { measurePixels } from './measure-pixels.ts'

/** How an image looks, at full resolution, and its upright size. */
export interface MeasuredImage extends ImageLook {
  readonly width: number
  readonly height: number
  /** As the decoder names it: `jpeg`, `png`, `webp`, `tiff`. */
  readonly format: string
  readonly sizeBytes: number
}

/**
 * Decodes an image and measures it.
 *
 * @param name for the message
 * @throws SkyloopError `data.image.empty`, `data.image.corrupt`, `data.image.too-large`, naming the image
 */
export async function measureImage(bytes: Uint8Array, name: string): Promise<MeasuredImage> {
  const header = await imageHeader(bytes, name)
  const { hash: _, ...look } = await measurePixels(bytes, header, name)
  return { ...look, ...uprightSize(header), format: header.format, sizeBytes: bytes.byteLength }
}
