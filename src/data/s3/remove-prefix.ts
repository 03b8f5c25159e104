import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { inParallel } from './in-parallel.ts'
import type { EntryFilter } from './key-filter.ts'
import { listObjects } from './list-objects.ts'
import { listUploads } from './list-uploads.ts'
import { headObject } from './object-head.ts'
import { removeObjects, REMOVED_AT_ONCE } from './remove-objects.ts'
import { request, type Transfer } from './transfer.ts'

/** What is to be deleted. */
export interface Removal {
  readonly uri: string
  /** The one object; all under the prefix that the filter wants; or the prefix's unfinished uploads. */
  readonly what: 'object' | 'prefix' | 'uploads'
  readonly filter: EntryFilter
}

/** How much {@link remove} would delete now. The bytes of unfinished uploads are not known. */
export async function countRemovable(
  transfer: Transfer,
  { uri, what, filter }: Removal,
): Promise<{ readonly count: number; readonly sizeBytes: number }> {
  const { client, signal } = transfer
  if (what === 'uploads') return { count: (await listUploads(client, uri, signal)).length, sizeBytes: 0 }
  if (what === 'object') {
    const { bucket, key } = parseS3Uri(uri)
    return { count: 1, sizeBytes: (await headObject(client, { bucket, fullKey: key }, signal)).sizeBytes }
  }
  const total = { count: 0, sizeBytes: 0 }
  for await (const { sizeBytes } of listObjects(client, uri, { filter, signal })) {
    total.count++
    total.sizeBytes += sizeBytes
  }
  return total
}

/** Deletes, a thousand objects at a time. @returns how many */
export async function remove(
  transfer: Transfer,
  { uri, what, filter }: Removal,
  onProgress?: (done: number) => void,
): Promise<number> {
  const { client, signal } = transfer
  const { bucket, key } = parseS3Uri(uri)
  let done = 0
  const told = (count: number): void => onProgress?.((done += count))
  if (what === 'object') {
    await removeObjects(transfer, bucket, [key])
    told(1)
  } else if (what === 'uploads') {
    await inParallel(await listUploads(client, uri, signal), transfer.gate.width, async (upload) => {
      const at = { Bucket: bucket, Key: upload.key, UploadId: upload.uploadId }
      await request(transfer, () => client.send(new AbortMultipartUploadCommand(at)))
      told(1)
    })
  } else {
    let batch: string[] = []
    const flush = async (): Promise<void> => {
      await removeObjects(transfer, bucket, batch)
      told(batch.length)
      batch = []
    }
    for await (const { fullKey } of listObjects(client, uri, { filter, signal })) {
      batch.push(fullKey)
      if (batch.length === REMOVED_AT_ONCE) await flush()
    }
    await flush()
  }
  return done
}
