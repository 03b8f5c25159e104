import { stat } from 'node:fs/promises'
import sharp from 'sharp'
import { codeOf, messageOf } from '../../core/errors.ts'

export interface ImageHeader {
  /** Width and height as shown, turned by the EXIF orientation. */
  readonly shownSizePx: readonly [number, number]
  /** EXIF orientation 1 to 8; 1 when there is none. */
  readonly orientation: number
  /** Colour channels: 1 grey, 3 colour, one more with transparency. */
  readonly channels: number
}

/** Reads an image's header; pixels are not decoded, so its size does not matter. A `string` says why it cannot be read. */
export async function readImageHeader(path: string): Promise<ImageHeader | string> {
  try {
    if ((await stat(path)).size === 0) return 'the file is empty (0 bytes)'
    const { autoOrient, orientation, channels } = await sharp(path, { limitInputPixels: false }).metadata()
    return { shownSizePx: [autoOrient.width, autoOrient.height], orientation: orientation ?? 1, channels }
  } catch (error) {
    if (codeOf(error) === 'ELOOP') return 'the file is a link in a circle of links'
    if (codeOf(error) === 'ENOENT') return 'the file is a link to a file that is not there'
    const line = messageOf(error).split('\n')[0]!.slice(0, 200)
    return line === '' ? 'the image data is damaged or cut short' : line
  }
}
