import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../../core/errors.ts'
import { parseS3Uri } from '../../../core/s3-uri.ts'
import { requireSize } from './require-size.ts'
import type { ListedFile, SetSource } from './set-source.ts'

/** Largest text that is read beside a set. */
const MOST_TEXT_BYTES = 64 * 1024 * 1024

/**
 * The objects under `s3://bucket/prefix/`.
 *
 * @throws SkyloopError `core.s3-uri` when the text is no S3 URI
 */
export function s3Source(client: S3Client, uri: string): SetSource {
  const { bucket, key } = parseS3Uri(uri)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  const get = async (name: string, mostBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    const command = new GetObjectCommand({ Bucket: bucket, Key: name })
    const answer = await client.send(command, signal ? { abortSignal: signal } : {})
    requireSize(`s3://${bucket}/${name}`, answer.ContentLength ?? 0, mostBytes)
    const bytes = await answer.Body?.transformToByteArray()
    if (!bytes)
      throw new SkyloopError({
        code: 'data.profile.empty-answer',
        fault: 'machine',
        message: `S3 gave no body for ${name}`,
      })
    return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
  }
  return {
    uri: `s3://${bucket}/${prefix}`,
    list: (signal) => list(client, bucket, prefix, signal),
    read: (path, mostBytes, signal) => get(prefix + path, mostBytes, signal),
    localPath: () => undefined,
    readText: async (name, level) => {
      const folder = level === 0 ? prefix : parentOf(prefix)
      if (folder === undefined) return undefined
      try {
        return new TextDecoder().decode(await get(folder + name, MOST_TEXT_BYTES))
      } catch (error) {
        // Who may read a prefix may not be allowed to look above it; S3 then says 403 even of what is not there.
        if (error instanceof Error && (error.name === 'NoSuchKey' || (level === 1 && error.name === 'AccessDenied'))) {
          return undefined
        }
        throw error
      }
    },
  }
}

function parentOf(prefix: string): string | undefined {
  if (prefix === '') return undefined
  return prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1)
}

async function* list(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedFile> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    signal?.throwIfAborted()
    for (const one of page.Contents ?? []) {
      const path = (one.Key as string).slice(prefix.length)
      if (path === '' || path.endsWith('/') || path.split('/').some((part) => part.startsWith('.'))) continue
      yield { path, sizeBytes: one.Size ?? 0, revision: `${(one.ETag ?? '').replaceAll('"', '')}:${one.Size ?? 0}` }
    }
  }
}
