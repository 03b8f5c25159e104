import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Entry, FileEntry, ObjectEntry } from '../entry.ts'
import { digestFile } from '../file-digest.ts'
import type { EntryFilter } from '../key-filter.ts'
import { listFiles } from '../list-files.ts'
import { listObjects } from '../list-objects.ts'
import { requireFolder } from '../require-folder.ts'
import { retrying } from '../retry.ts'
import { abortable } from '../transfer.ts'

/** A folder or a prefix that is looked through. */
export interface Place {
  readonly name: string
  list(options: { readonly filter: EntryFilter; readonly signal: AbortSignal | undefined }): AsyncIterable<Entry>
  /** Its bytes, or the first so many of them. */
  read(entry: Entry, firstBytes?: number): Promise<Uint8Array>
  /** Equal for equal bytes; different for different ones. */
  contentId(entry: Entry): Promise<string>
}

export function prefixPlace(client: S3Client, uri: string, signal: AbortSignal | undefined): Place {
  return {
    name: uri,
    list: (options) => listObjects(client, uri, options),
    read: (entry, firstBytes) =>
      retrying(
        async () => {
          const { bucket, fullKey } = entry as ObjectEntry
          const command = new GetObjectCommand({
            Bucket: bucket,
            Key: fullKey,
            ...(firstBytes !== undefined && { Range: `bytes=0-${firstBytes - 1}` }),
          })
          const answer = await client.send(command, abortable(signal))
          return (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
        },
        { signal },
      ),
    // Equal bytes that were put in different ways have different ETags: they are not found, but none is found wrongly.
    contentId: async (entry) => (entry as ObjectEntry).etag,
  }
}

/** @throws SkyloopError `data.s3.folder` */
export async function folderPlace(folder: string): Promise<Place> {
  const root = resolve(folder)
  await requireFolder(root)
  return {
    name: folder,
    list: (options) => listFiles(root, options),
    read: async (entry, firstBytes) => {
      const file = await open(join(root, entry.key), 'r')
      try {
        if (firstBytes === undefined) return await file.readFile()
        const { buffer, bytesRead } = await file.read(Buffer.alloc(firstBytes), 0, firstBytes, 0)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    contentId: async (entry) => (await digestFile((entry as FileEntry).path, { md5: true })).md5 ?? '',
  }
}
