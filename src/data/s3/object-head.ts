import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3'
import type { ChecksumName } from '../../core/checksum.ts'
import { retrying } from './retry.ts'
import { abortable } from './transfer.ts'

/** A checksum of all bytes of an object, as S3 keeps it. */
export interface ObjectChecksum {
  readonly name: ChecksumName
  /** Base64. */
  readonly value: string
}

/** What S3 says of one version of an object. */
export interface ObjectHead {
  readonly bucket: string
  readonly fullKey: string
  readonly sizeBytes: number
  /** Without quotation marks. */
  readonly etag: string
  readonly modifiedMs: number
  /** Missing when S3 has none, or one composed of the parts'. */
  readonly checksum: ObjectChecksum | undefined
  readonly output: HeadObjectCommandOutput
}

/** @throws the SDK's `NotFound`; `PreconditionFailed` when the object is no longer the version of `etag` */
export async function headObject(
  client: S3Client,
  at: { readonly bucket: string; readonly fullKey: string; readonly etag?: string },
  signal?: AbortSignal,
): Promise<ObjectHead> {
  const command = new HeadObjectCommand({
    Bucket: at.bucket,
    Key: at.fullKey,
    ChecksumMode: 'ENABLED',
    ...(at.etag !== undefined && { IfMatch: `"${at.etag}"` }),
  })
  const output = await retrying(() => client.send(command, abortable(signal)), { signal })
  return {
    bucket: at.bucket,
    fullKey: at.fullKey,
    sizeBytes: output.ContentLength ?? 0,
    etag: (output.ETag ?? '').replaceAll('"', ''),
    modifiedMs: output.LastModified?.getTime() ?? 0,
    checksum: checksumIn(output),
    output,
  }
}

/** Size of an object's first part, or of all of it when it was put in one. */
export async function firstPartBytes(client: S3Client, head: ObjectHead, signal?: AbortSignal): Promise<number> {
  const command = new HeadObjectCommand({
    Bucket: head.bucket,
    Key: head.fullKey,
    PartNumber: 1,
    IfMatch: `"${head.etag}"`,
  })
  const output = await retrying(() => client.send(command, abortable(signal)), { signal })
  return output.ContentLength ?? 0
}

interface ChecksumFields {
  readonly ChecksumCRC32?: string | undefined
  readonly ChecksumCRC32C?: string | undefined
  readonly ChecksumCRC64NVME?: string | undefined
  readonly ChecksumSHA1?: string | undefined
  readonly ChecksumSHA256?: string | undefined
  readonly ChecksumType?: string | undefined
}

/** The strongest checksum of the whole object in an answer of S3. */
export function checksumIn(answer: ChecksumFields): ObjectChecksum | undefined {
  const values: Record<ChecksumName, string | undefined> = {
    sha256: answer.ChecksumSHA256,
    sha1: answer.ChecksumSHA1,
    crc64nvme: answer.ChecksumCRC64NVME,
    crc32: answer.ChecksumCRC32,
    crc32c: answer.ChecksumCRC32C,
  }
  if (answer.ChecksumType === 'COMPOSITE') return undefined
  // A composed one that does not say so has the number of parts behind it.
  const known = (['sha256', 'sha1', 'crc64nvme', 'crc32c', 'crc32'] as const)
    .map((name) => ({ name, value: values[name] }))
    .find(({ value }) => value !== undefined && !value.includes('-'))
  return known === undefined ? undefined : { name: known.name, value: known.value as string }
}
