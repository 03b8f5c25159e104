import { createWriteStream, existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { extract } from 'tar-stream'
import { joinInside } from '../../core/files.ts'
import { isObject, readJson } from '../../core/json.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'

/** Files that a training left, unpacked. */
export interface TrainingFiles {
  readonly folder: string
  /** Relative to the folder, in order of name. */
  readonly files: readonly string[]
  /** `metrics.json` of the model; empty without one. */
  readonly metrics: Readonly<Record<string, unknown>>
}

/**
 * Copies the model and the reports of a training job into a folder.
 *
 * @param modelUri `ModelArtifacts.S3ModelArtifacts`; the reports' archive lies beside it
 */
export async function fetchResults(client: S3Client, modelUri: string, folder: string): Promise<TrainingFiles> {
  const files = [
    ...(await unpack(client, modelUri, folder)),
    ...(await unpack(client, modelUri.replace(/model\.tar\.gz$/, 'output.tar.gz'), folder)),
  ]
  const path = join(folder, 'metrics.json')
  const metrics = existsSync(path) ? await readJson(path) : {}
  return { folder, files: files.toSorted(), metrics: isObject(metrics) ? metrics : {} }
}

/** @returns nothing for an archive that a job did not leave */
async function unpack(client: S3Client, uri: string, folder: string): Promise<string[]> {
  const { bucket, key } = parseS3Uri(uri)
  const body = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).then(
    (object) => object.Body as Readable,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined
      throw error
    },
  )
  if (!body) return []
  const names: string[] = []
  const tar = extract()
  const feeding = pipeline(body, createGunzip(), tar)
  for await (const entry of tar) {
    const name = entry.header.name.replace(/^\.\//, '')
    if (entry.header.type !== 'file') {
      entry.resume()
      continue
    }
    const path = joinInside(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(entry, createWriteStream(path))
    names.push(name)
  }
  await feeding
  return names
}
