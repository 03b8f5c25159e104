/** A thread that measures one image after the other. Reads files by itself; objects' bytes are handed over. */
import { readFile, stat } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { messageOf } from '../../../core/errors.ts'
import { hashBytes } from '../../version/content-hash.ts'
import { profileImage } from '../profile-image.ts'
import type { ProfiledImage } from '../image-profile.ts'
import { requireSize } from '../source/require-size.ts'
import { openContentLookup } from './profile-cache.ts'

export interface WorkerSettings {
  /** Database of what is known by content; undefined where there is none yet. */
  readonly cacheFile: string | undefined
  readonly mostBytes: number
}

export interface ProfileRequest {
  readonly id: number
  readonly path: string
  /** The file to read, or its bytes. */
  readonly content: string | Uint8Array<ArrayBuffer>
}

export interface ProfileReply {
  readonly id: number
  readonly image: ProfiledImage
  /** The content was known, so nothing was decoded. */
  readonly known: boolean
}

const port = parentPort
// Each image takes one thread, so libvips must not start more of them.
sharp.concurrency(1)

if (port) {
  const settings = workerData as WorkerSettings
  const lookup = settings.cacheFile === undefined ? undefined : openContentLookup(settings.cacheFile)
  const answer = async ({ id, path, content }: ProfileRequest): Promise<ProfileReply> => {
    let bytes: Uint8Array
    try {
      if (typeof content === 'string') requireSize(path, (await stat(content)).size, settings.mostBytes)
      bytes = typeof content === 'string' ? await readFile(content) : content
    } catch (error) {
      const code = 'data.image.unreadable'
      const image = { path, contentHash: undefined, sizeBytes: undefined, error: { code, message: messageOf(error) } }
      return { id, image, known: false }
    }
    const contentHash = hashBytes(bytes)
    const known = lookup?.find(path, contentHash)
    if (known) return { id, image: known, known: true }
    return { id, image: await profileImage(bytes, path, contentHash), known: false }
  }
  port.on('message', (request: ProfileRequest) => {
    // What is wrong with an image is its row; anything else ends this thread, and the pool says so.
    void answer(request).then((reply) => port.postMessage(reply))
  })
}
