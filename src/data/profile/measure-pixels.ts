import sharp from 'sharp'
import { freeMemory } from '../../core/free-memory.ts'
import { SkyloopError } from '../../core/errors.ts'
import { corruptImage, type ImageHeader } from '../metadata/image-header.ts'
import { leanJpeg } from '../metadata/jpeg-segments.ts'
import { hashGrid, orientGrid } from '../version/perceptual-hash.ts'
import type { ImageLook } from './image-profile.ts'
import { imageStatistics } from './image-statistics.ts'

/** Most pixels that are decoded: 600 MB as RGB. An orthophoto of 30,000 x 30,000 px has more. */
const MAX_PIXELS = 200_000_000

/**
 * Decodes an image once and measures its pixels as they are stored: without its colour profile and without its alpha, as
 * OpenCV does, so that the numbers can be compared. None of the measures depends on which side is up.
 *
 * @returns measures, and the perceptual hash of the upright image
 * @throws SkyloopError `data.image.too-large`, or `data.image.corrupt` when the pixels are damaged or end early
 */
export async function measurePixels(
  bytes: Uint8Array,
  { storedWidth, storedHeight, orientation }: ImageHeader,
  name: string,
): Promise<ImageLook & { readonly hash: Uint32Array | undefined }> {
  if (storedWidth * storedHeight > MAX_PIXELS) {
    throw new SkyloopError({
      code: 'data.image.too-large',
      message: `${name} has ${storedWidth} x ${storedHeight} px, more than the ${MAX_PIXELS / 1e6} million that are measured`,
      hint: 'cut it into smaller images first',
    })
  }
  const { data, info } = await sharp(leanJpeg(bytes), {
    failOn: 'error',
    ignoreIcc: true,
    limitInputPixels: MAX_PIXELS,
  })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw corruptImage(name, error)
    })
  const { width, height } = info
  const channels = info.channels === 1 ? 1 : 3
  const { grid, ...look } = imageStatistics({ width, height, channels, bytes: data })
  freeMemory(data)
  return { ...look, hash: grid && hashGrid(orientGrid(grid, orientation ?? 1)) }
}
