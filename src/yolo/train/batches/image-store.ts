import { messageOf, ProblemsError, SkyloopError } from '../../../core/errors.ts'
import { freeMemory } from '../../../core/free-memory.ts'
import { decodeImage } from '../../image/decode-image.ts'
import type { RgbImage } from '../../image/rgb-image.ts'

/** Decoded images in memory that threads share; those beyond the budget are decoded anew at each use. */
export interface ImageStore {
  readonly paths: readonly string[]
  /** Images are held no larger than this on their longest side. */
  readonly sidePx: number
  /** By image index, in pixels as held. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[]
  /** By image index; undefined where the budget was spent. */
  readonly cached: readonly (CachedImage | undefined)[]
}

interface CachedImage {
  readonly width: number
  readonly height: number
  readonly rgb: SharedArrayBuffer
}

const DECODING_AT_ONCE = 4

/**
 * Decodes every image once, which proves each readable, and keeps as many as fit.
 *
 * @param budgetBytes memory for decoded pixels
 * @throws ProblemsError `yolo.image.corrupt` naming every file that cannot be decoded
 */
export async function openImageStore(
  paths: readonly string[],
  sidePx: number,
  budgetBytes: number,
  onImage?: (done: number) => void,
): Promise<ImageStore> {
  const cached: (CachedImage | undefined)[] = Array.from({ length: paths.length }, () => undefined)
  const sizes: { width: number; height: number }[] = []
  const problems: string[] = []
  let free = budgetBytes
  let next = 0
  let done = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < paths.length; index = next++) {
      try {
        const { width, height, rgb } = await decodeImage(paths[index]!, { shrinkToSidePx: sidePx })
        sizes[index] = { width, height }
        if (free < rgb.byteLength) continue
        free -= rgb.byteLength
        const shared = new SharedArrayBuffer(rgb.byteLength)
        new Uint8Array(shared).set(rgb)
        freeMemory(rgb)
        cached[index] = { width, height, rgb: shared }
      } catch (error) {
        if (!(error instanceof SkyloopError)) throw error
        problems.push(messageOf(error))
      } finally {
        onImage?.(++done)
      }
    }
  }
  await Promise.all(Array.from({ length: DECODING_AT_ONCE }, worker))
  if (problems.length > 0) {
    throw new ProblemsError('yolo.image.corrupt', 'images cannot be decoded', problems.sort().slice(0, 50))
  }
  return { paths, sidePx, sizes, cached }
}

/** The image of an index, the same pixels whether it was cached or not. */
export async function storedImage(store: ImageStore, index: number): Promise<RgbImage> {
  const hit = store.cached[index]
  if (hit) return { width: hit.width, height: hit.height, rgb: new Uint8Array(hit.rgb) }
  const { width, height, rgb } = await decodeImage(store.paths[index]!, { shrinkToSidePx: store.sidePx })
  return { width, height, rgb }
}
