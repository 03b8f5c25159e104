import { join } from 'node:path'
import { type S3Client, GetObjectCommand } from '@aws-sdk/client-s3'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { compareKeys } from './key-order.ts'
import { sync } from './sync.ts'

/**
 * Copies the objects under `s3://bucket/prefix/` into a folder; what is there unchanged is not read again.
 *
 * @param wanted chooses by key relative to the prefix; all by default
 * @returns paths of the files, in order of key
 * @throws SkyloopError `data.s3.unsafe-key` for a key that would leave the folder
 */
export async function downloadPrefix(
  client: S3Client,
  sourceUri: string,
  folder: string,
  wanted: (key: string) => boolean = () => true,
): Promise<string[]> {
  const keys: string[] = []
  await sync(client, sourceUri, folder, {
    filter: { wantsKey: wanted, wants: ({ key }) => wanted(key) },
    onAction: ({ key }) => void keys.push(key),
  })
  return keys.toSorted(compareKeys).map((key) => join(folder, key))
}

/** The text of a small object. */
export async function readObjectText(client: S3Client, uri: string): Promise<string> {
  const { bucket, key } = parseS3Uri(uri)
  const response = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return (await response.Body?.transformToString()) ?? ''
}
