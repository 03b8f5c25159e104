import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { DeleteObjectsCommand, paginateListObjectsV2, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { contentTypeOf } from './content-type.ts'
import { inParallel } from './in-parallel.ts'

export interface UploadOptions {
  /** Also delete objects under the target that the folder does not have. @default false */
  readonly removeOthers?: boolean
  /** @default 16 */
  readonly parallel?: number
  readonly signal?: AbortSignal
  /** After each file, skipped ones included. */
  readonly onProgress?: (done: number, total: number, doneBytes: number) => void
}

export interface UploadSummary {
  readonly files: number
  readonly sizeBytes: number
  readonly uploaded: number
  /** Files whose object had the same size and MD5 already. */
  readonly unchanged: number
  readonly removed: number
}

/** From here on an object is sent in parts, from a stream. */
const MULTIPART_FROM_BYTES = 32 * 1024 * 1024

/**
 * Copies a folder's files to `s3://bucket/prefix/`, skipping what is there unchanged; so it may be repeated after an
 * interruption. Names that begin with a dot and symbolic links are left out.
 */
export async function uploadFolder(
  client: S3Client,
  folder: string,
  targetUri: string,
  options: UploadOptions = {},
): Promise<UploadSummary> {
  const { bucket, key } = parseS3Uri(targetUri)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  const files = await listFiles(folder)
  const present = await listObjects(client, bucket, prefix)

  let uploaded = 0
  let done = 0
  let doneBytes = 0
  await inParallel(files, options.parallel ?? 16, async (file) => {
    options.signal?.throwIfAborted()
    const target = { Bucket: bucket, Key: prefix + file.key, ContentType: contentTypeOf(file.key) }
    if (!(await isUnchanged(file, present.get(target.Key)))) {
      await put(client, file, target, options.signal)
      uploaded++
    }
    done++
    doneBytes += file.sizeBytes
    options.onProgress?.(done, files.length, doneBytes)
  })

  const kept = new Set(files.map((file) => prefix + file.key))
  const others = options.removeOthers ? [...present.keys()].filter((name) => !kept.has(name)) : []
  for (let i = 0; i < others.length; i += 1000) {
    const batch = others.slice(i, i + 1000).map((name) => ({ Key: name }))
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: batch, Quiet: true } }))
  }
  return {
    files: files.length,
    sizeBytes: doneBytes,
    uploaded,
    unchanged: files.length - uploaded,
    removed: others.length,
  }
}

interface LocalFile {
  readonly path: string
  /** Relative to the folder, with forward slashes. */
  readonly key: string
  readonly sizeBytes: number
}

/** Every regular file below a folder, in order of name. */
export async function listFiles(folder: string): Promise<LocalFile[]> {
  const found: LocalFile[] = []
  const walk = async (relative: string): Promise<void> => {
    const entries = await readdir(join(folder, relative), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      const below = join(relative, entry.name)
      if (entry.isDirectory()) await walk(below)
      else if (entry.isFile()) {
        const path = join(folder, below)
        found.push({ path, key: below.split(sep).join('/'), sizeBytes: (await lstat(path)).size })
      }
    }
  }
  await walk('')
  return found
}

interface RemoteObject {
  readonly sizeBytes: number
  readonly etag: string
}

async function listObjects(client: S3Client, bucket: string, prefix: string): Promise<Map<string, RemoteObject>> {
  const found = new Map<string, RemoteObject>()
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const one of page.Contents ?? []) {
      found.set(one.Key as string, { sizeBytes: one.Size ?? 0, etag: (one.ETag ?? '').replaceAll('"', '') })
    }
  }
  return found
}

/** An ETag with a dash belongs to a multipart object and is not its MD5; such an object is judged by size alone. */
async function isUnchanged(file: LocalFile, remote: RemoteObject | undefined): Promise<boolean> {
  if (!remote || remote.sizeBytes !== file.sizeBytes) return false
  if (remote.etag.includes('-')) return true
  return (
    remote.etag ===
    createHash('md5')
      .update(await readFile(file.path))
      .digest('hex')
  )
}

async function put(
  client: S3Client,
  file: LocalFile,
  target: { Bucket: string; Key: string; ContentType: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  if (file.sizeBytes < MULTIPART_FROM_BYTES) {
    const command = new PutObjectCommand({ ...target, Body: await readFile(file.path) })
    await client.send(command, signal ? { abortSignal: signal } : {})
    return
  }
  const upload = new Upload({ client, params: { ...target, Body: createReadStream(file.path) } })
  const abort = (): void => void upload.abort()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    await upload.done()
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
