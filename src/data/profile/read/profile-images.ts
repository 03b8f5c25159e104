import { inParallel } from '../../s3/in-parallel.ts'
import { codeOf, messageOf } from '../../../core/errors.ts'
import type { ProfiledImage } from '../image-profile.ts'
import type { SetSource } from '../source/set-source.ts'
import type { ListedImage } from './list-set.ts'
import { openProfileCache, type ProfileCache } from './profile-cache.ts'
import { createProfilePool, type ProfilePool } from './profile-pool.ts'

export interface ProfileImagesOptions {
  /** Threads that decode and measure. */
  readonly threads: number
  /** Database file of earlier results; undefined measures everything anew. */
  readonly cacheFile?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ProfileProgress) => void) | undefined
}

export interface ProfileProgress {
  readonly done: number
  readonly total: number
  /** Of those done, how many were known. */
  readonly fromCache: number
}

/** Larger files are not read: a set is profiled in bounded memory. */
export const MOST_IMAGE_BYTES = 512 * 1024 * 1024

/** Requests to S3 under way for each thread: enough to hide a round trip behind the decoding. */
const READS_AHEAD = 3

/**
 * Measures images as they come in, some ahead of the threads so that none waits for a disk or a bucket.
 *
 * @returns one row an image, in the order of `images`; what cannot be read is a row with an `error`
 */
export async function profileImages(
  source: SetSource,
  images: readonly ListedImage[],
  options: ProfileImagesOptions,
): Promise<{ rows: ProfiledImage[]; fromCache: number }> {
  using cache = options.cacheFile === undefined ? undefined : openProfileCache(options.cacheFile)
  await using pool = createProfilePool(options.threads, {
    cacheFile: cache && cache.size > 0 ? options.cacheFile : undefined,
    mostBytes: MOST_IMAGE_BYTES,
  })
  const rows: ProfiledImage[] = Array.from({ length: images.length })
  let done = 0
  let fromCache = 0
  // The pool's threads end at once when a person stops the work; whoever waits for them is told why.
  const stopped = new Promise<never>((_, reject) => {
    options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error), { once: true })
  })
  stopped.catch(() => {})
  await inParallel(images, options.threads * READS_AHEAD, async (image, index) => {
    options.signal?.throwIfAborted()
    const { row, known } = await Promise.race([profileOne(source, image, pool, cache, options.signal), stopped])
    rows[index] = row
    done++
    if (known) fromCache++
    options.onProgress?.({ done, total: images.length, fromCache })
  })
  return { rows, fromCache }
}

async function profileOne(
  source: SetSource,
  image: ListedImage,
  pool: ProfilePool,
  cache: ProfileCache | undefined,
  signal: AbortSignal | undefined,
): Promise<{ row: ProfiledImage; known: boolean }> {
  const remembered = cache?.find(image.path, image.revision)
  if (remembered) return { row: remembered, known: true }
  let content: string | Uint8Array<ArrayBuffer>
  try {
    content = source.localPath(image.path) ?? (await source.read(image.path, MOST_IMAGE_BYTES, signal))
  } catch (error) {
    // One object that is gone or too large is a row; a bucket that refuses or does not answer is a failure of the run.
    if (codeOf(error) !== 'data.profile.too-large' && !(error instanceof Error && error.name === 'NoSuchKey'))
      throw error
    const reason = { code: 'data.image.unreadable', message: messageOf(error) }
    return {
      row: { path: image.path, contentHash: undefined, sizeBytes: image.sizeBytes, error: reason },
      known: false,
    }
  }
  const { image: row, known } = await pool.profile(image.path, content)
  cache?.add(row, image.revision)
  return { row, known }
}
