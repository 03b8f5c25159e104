import sharp from 'sharp'
import { inParallel } from '../../s3/in-parallel.ts'
import { MOST_IMAGE_BYTES } from '../read/profile-images.ts'
import type { SetSource } from '../source/set-source.ts'

/** Pixels of the longer side. */
const SIDE_PX = 320
const AT_ONCE = 4

/**
 * Small pictures of images, upright, as data URIs by path. An image that has gone in the meantime has none.
 *
 * @throws whatever the source throws when it cannot be read at all
 */
export async function makeThumbnails(
  source: SetSource,
  paths: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const made = new Map<string, string>()
  await inParallel([...new Set(paths)], AT_ONCE, async (path) => {
    signal?.throwIfAborted()
    const bytes = await source.read(path, MOST_IMAGE_BYTES, signal)
    const small = await sharp(bytes, { failOn: 'none' })
      .autoOrient()
      .resize({ width: SIDE_PX, height: SIDE_PX, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: 72, effort: 3 })
      .toBuffer()
    made.set(path, `data:image/webp;base64,${small.toString('base64')}`)
  })
  return made
}
