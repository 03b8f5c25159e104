import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Engine } from '../../../../engine.ts'
import { JobFailure } from '../../../../runner/job-failure.ts'
import type { StoredObject } from '../../../s3/object-store.ts'
import type { ObjectRow } from '../labeling-tables.ts'

/** Pixels of the largest image: 30,000 by 30,000. */
const PIXEL_LIMIT = 900_000_000

/**
 * Size of an image as it is shown, read from its header.
 *
 * @throws JobFailure when it is no image
 */
export async function imageSize(object: StoredObject): Promise<NonNullable<ObjectRow['image']>> {
  const { default: sharp } = await import('sharp')
  try {
    const { autoOrient, channels } = await sharp(object.blobPath, { limitInputPixels: PIXEL_LIMIT }).metadata()
    return { width: autoOrient.width, height: autoOrient.height, depth: channels }
  } catch {
    throw new JobFailure('ClientError', `s3://${object.bucket}/${object.key} is not an image that can be read`)
  }
}

/** Streams an image to a worker. It is never a page: browsers must not guess its type. */
export async function sendImage(engine: Engine, object: StoredObject, response: ServerResponse): Promise<void> {
  const type = object.contentType.startsWith('image/') ? object.contentType : typeByName(object.key)
  response.writeHead(200, {
    'content-type': type,
    'content-length': String(object.sizeBytes),
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    etag: `"${object.etag}"`,
  })
  try {
    await pipeline(createReadStream(object.blobPath), response)
  } catch (error) {
    // Whoever asked has gone; nothing is wrong here.
    if (!response.destroyed) throw error
    engine.log.debug('a worker left while an image was sent', { key: object.key })
  }
}

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
}

function typeByName(key: string): string {
  return TYPES[key.slice(key.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream'
}
