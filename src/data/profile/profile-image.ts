import { SkyloopError } from '../../core/errors.ts'
import { groundSample } from '../metadata/ground-sample.ts'
import { imageHeader, uprightSize } from '../metadata/image-header.ts'
import { hashBytes } from '../version/content-hash.ts'
import { formatHash } from '../version/perceptual-hash.ts'
import type { ProfiledImage } from './image-profile.ts'
import { measurePixels } from './measure-pixels.ts'

/**
 * Measures one image file: its header and metadata, and its pixels in one decode.
 *
 * @param contentHash SHA-256 of the bytes, hex. @default it is computed
 * @returns a row with an `error` for what is empty, no image, truncated or too large; it does not throw for those
 */
export async function profileImage(
  bytes: Uint8Array,
  path: string,
  contentHash: string = hashBytes(bytes),
): Promise<ProfiledImage> {
  const file = { path, contentHash, sizeBytes: bytes.byteLength }
  try {
    const header = await imageHeader(bytes, path)
    const { hash, ...look } = await measurePixels(bytes, header, path)
    const { format, storedWidth, storedHeight, orientation, colourMode, bitDepth, camera } = header
    const { width, height } = uprightSize(header)
    return {
      ...file,
      format,
      width,
      height,
      storedWidth,
      storedHeight,
      orientation,
      aspect: width / height,
      colourMode,
      bitDepth,
      ...look,
      perceptualHash: hash && formatHash(hash),
      camera,
      groundSample: groundSample(camera, { width: storedWidth, height: storedHeight }),
    }
  } catch (error) {
    if (!(error instanceof SkyloopError) || !error.code.startsWith('data.image.')) throw error
    return { ...file, error: { code: error.code, message: error.message } }
  }
}
