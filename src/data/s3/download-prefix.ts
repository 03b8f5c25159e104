import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { joinInside } from '../../core/files.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { inParallel } from './in-parallel.ts'

/**
 * Copies the objects under `s3://bucket/prefix/` into a folder.
 *
 * @param wanted chooses by key relative to the prefix; all by default
 * @returns paths of the files, in order of key
 * @throws SkyloopError `core.path-traversal` for a key that would leave the folder
 */
export async function downloadPrefix(
  client: S3Client,
  sourceUri: string,
  folder: string,
  wanted: (key: string) => boolean = () => true,
): Promise<string[]> {
  const { bucket, key } = parseS3Uri(sourceUri)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  const keys: string[] = []
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const one of page.Contents ?? []) {
      const name = (one.Key as string).slice(prefix.length)
      if (name !== '' && !name.endsWith('/') && wanted(name)) keys.push(name)
    }
  }
  const paths = keys.map((name) => joinInside(folder, name))
  await inParallel(keys, 16, async (name, i) => {
    await downloadObject(client, bucket, prefix + name, paths[i] as string)
  })
  return paths
}

/** Copies one object to a file, whole or not at all. */
async function downloadObject(client: S3Client, bucket: string, key: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const response = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const partial = `${path}.part`
  try {
    await pipeline(response.Body as Readable, createWriteStream(partial))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** The text of a small object. */
export async function readObjectText(client: S3Client, uri: string): Promise<string> {
  const { bucket, key } = parseS3Uri(uri)
  const response = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return (await response.Body?.transformToString()) ?? ''
}
