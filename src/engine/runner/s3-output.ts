import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { codeOf } from '../../core/errors.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import type { Principal } from '../auth/principal.ts'
import type { Engine } from '../engine.ts'

const PARALLEL_UPLOADS = 8

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.jsonl': 'application/jsonlines',
  '.csv': 'text/csv',
  '.txt': 'text/plain',
  '.html': 'text/html',
  '.md': 'text/markdown',
  '.yaml': 'application/yaml',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.gz': 'application/gzip',
}

/** One regular file below a folder. */
export interface LocalFile {
  /** Relative, with forward slashes. */
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
}

/** Regular files below `folder` in order of name; links are not followed. A missing folder is empty. */
export async function listFiles(folder: string): Promise<LocalFile[]> {
  const files: LocalFile[] = []
  const walk = async (below: string): Promise<void> => {
    for (const entry of await entriesOf(join(folder, below))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) await walk(name)
      if (!entry.isFile()) continue
      const path = join(folder, name)
      const facts = await stat(path).catch(absent)
      if (facts) files.push({ name, path, sizeBytes: facts.size, modifiedMs: facts.mtimeMs })
    }
  }
  await walk('')
  return files.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Stores files under an S3 prefix, as `principal`.
 *
 * @param take `link` when nobody will write to the files any more; else `copy`
 * @throws AwsError when the role may not write there
 */
export async function uploadFiles(
  engine: Engine,
  principal: Principal,
  files: readonly LocalFile[],
  uri: string,
  take: 'link' | 'copy',
): Promise<void> {
  const { bucket, key } = parseS3Uri(uri)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  const rest = files.values()
  const worker = async (): Promise<void> => {
    for (const file of rest) await putFile(engine, principal, bucket, prefix + file.name, file.path, take)
  }
  await Promise.all(Array.from({ length: PARALLEL_UPLOADS }, worker))
}

/** Stores one file as one object, as `principal`. */
export async function putFile(
  engine: Engine,
  principal: Principal,
  bucket: string,
  key: string,
  path: string,
  take: 'link' | 'copy',
): Promise<void> {
  engine.authorize(principal, [{ action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}` }])
  const contentType = CONTENT_TYPES[extname(key).toLowerCase()] ?? 'application/octet-stream'
  await engine.objects.putFile(bucket, key, path, { contentType, take })
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
}

/** A file may vanish between being listed and being looked at. */
function absent(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined
  throw error
}
