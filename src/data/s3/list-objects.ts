import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import { parseS3Uri } from '../../core/s3-uri.ts'
import type { ObjectEntry } from './entry.ts'
import { EVERYTHING, type EntryFilter } from './key-filter.ts'
import { retrying } from './retry.ts'
import { abortable } from './transfer.ts'

export interface ListOptions {
  readonly filter?: EntryFilter
  readonly signal?: AbortSignal | undefined
}

/**
 * Objects under `s3://bucket/prefix/`, in S3's order, a page in memory at a time. Folder markers (an empty object whose
 * key ends with a slash) are left out.
 */
export async function* listObjects(
  client: S3Client,
  uri: string,
  options: ListOptions = {},
): AsyncGenerator<ObjectEntry> {
  const { filter = EVERYTHING, signal } = options
  const { bucket, key } = parseS3Uri(uri)
  const prefix = folderPrefix(key)
  let token: string | undefined
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      // Keys may hold characters that XML cannot.
      EncodingType: 'url',
      ...(token !== undefined && { ContinuationToken: token }),
    })
    const page = await retrying(() => client.send(command, abortable(signal)), { signal })
    for (const one of page.Contents ?? []) {
      const fullKey = decodeKey(one.Key ?? '')
      const entry = {
        key: fullKey.slice(prefix.length),
        bucket,
        fullKey,
        sizeBytes: one.Size ?? 0,
        modifiedMs: one.LastModified?.getTime() ?? 0,
        etag: (one.ETag ?? '').replaceAll('"', ''),
      }
      const isMarker = (entry.key === '' || entry.key.endsWith('/')) && entry.sizeBytes === 0
      if (!isMarker && filter.wants(entry)) yield entry
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}

/** `a` and `a/` are the folder `a/`; nothing is the whole bucket. */
export function folderPrefix(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`
}

function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '))
}
