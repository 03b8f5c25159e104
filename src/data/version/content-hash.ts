import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { canonicalJson, type Json } from '../../core/json.ts'

/** A file of a data set by what is in it. */
export interface HashedFile {
  /** Relative, forward slashes. */
  readonly path: string
  /** SHA-256 of the content, hex. */
  readonly sha256: string
}

/**
 * Version of a data set: SHA-256 over its files, sorted by path, and the options it was prepared with.
 *
 * Of the sources and the options, not of the written JPEGs, so that every machine gets the same version.
 *
 * @returns `sha256:` and 64 hex digits
 */
export function contentHash(files: readonly HashedFile[], options: Json): string {
  const hash = createHash('sha256')
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    hash.update(`${file.path}\0${file.sha256}\n`)
  }
  hash.update(canonicalJson(options))
  return `sha256:${hash.digest('hex')}`
}

/** SHA-256 of a file, read as a stream. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

export function hashBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
