import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { inParallel } from './in-parallel.ts'
import { headObject, type ObjectHead } from './object-head.ts'
import { partsOf, partSizeOf } from './part.ts'
import { abortable, request, type Transfer } from './transfer.ts'

const GIB = 1024 ** 3
/** CopyObject takes no more than this; beyond it an object is copied in parts. */
const COPY_AT_ONCE_BYTES = 5 * GIB
const COPY_PART_BYTES = GIB / 2

export interface ObjectName {
  readonly bucket: string
  readonly fullKey: string
}

/** Sizes at which a copy changes its ways; tests make them small. */
export interface CopySizes {
  readonly atOnceBytes: number
  readonly partBytes: number
}

/**
 * Copies an object inside S3, with its metadata and tags; the bytes do not pass through here. A large one is copied in
 * parts, all of one version.
 *
 * @throws the SDK's `PreconditionFailed` when the source is replaced meanwhile
 */
export async function copyObject(
  transfer: Transfer,
  source: ObjectName & { readonly sizeBytes: number; readonly etag: string },
  target: ObjectName,
  sizes: CopySizes = { atOnceBytes: COPY_AT_ONCE_BYTES, partBytes: COPY_PART_BYTES },
): Promise<void> {
  const CopySource = copySource(source)
  if (source.sizeBytes > sizes.atOnceBytes) {
    await copyInParts(transfer, await headObject(transfer.client, source, transfer.signal), target, sizes.partBytes)
  } else {
    const command = new CopyObjectCommand({
      Bucket: target.bucket,
      Key: target.fullKey,
      CopySource,
      CopySourceIfMatch: `"${source.etag}"`,
    })
    await request(transfer, () => transfer.client.send(command, abortable(transfer.signal)))
  }
  transfer.onBytes(source.sizeBytes)
}

async function copyInParts(transfer: Transfer, head: ObjectHead, target: ObjectName, partBytes: number): Promise<void> {
  const { client, signal } = transfer
  const name = { Bucket: target.bucket, Key: target.fullKey }
  const { ContentType, Metadata, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage } = head.output
  const Tagging = await taggingOf(transfer, head)
  const create = new CreateMultipartUploadCommand({
    ...name,
    ContentType,
    Metadata,
    CacheControl,
    ContentDisposition,
    ContentEncoding,
    ContentLanguage,
    Tagging,
    ChecksumAlgorithm: 'CRC64NVME',
    ChecksumType: 'FULL_OBJECT',
  })
  const { UploadId } = await request(transfer, () => client.send(create))
  const at = { ...name, UploadId }
  try {
    const parts = partsOf(head.sizeBytes, partSizeOf(head.sizeBytes, partBytes))
    const done = new Map<number, { PartNumber: number; ETag?: string; ChecksumCRC64NVME?: string }>()
    await inParallel(parts, transfer.gate.width, async ({ number, start, sizeBytes }) => {
      const command = new UploadPartCopyCommand({
        ...at,
        PartNumber: number,
        CopySource: copySource(head),
        CopySourceRange: `bytes=${start}-${start + sizeBytes - 1}`,
        CopySourceIfMatch: `"${head.etag}"`,
      })
      const { CopyPartResult: result } = await request(transfer, () => client.send(command, abortable(signal)))
      done.set(number, {
        PartNumber: number,
        ...(result?.ETag !== undefined && { ETag: result.ETag }),
        ...(result?.ChecksumCRC64NVME !== undefined && { ChecksumCRC64NVME: result.ChecksumCRC64NVME }),
      })
    })
    const MultipartUpload = { Parts: parts.map((part) => done.get(part.number) ?? {}) }
    const complete = new CompleteMultipartUploadCommand({ ...at, ChecksumType: 'FULL_OBJECT', MultipartUpload })
    await request(transfer, () => client.send(complete, abortable(signal)))
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(at))
    throw error
  }
}

/** An object's tags as a query string; CopyObject takes them along, an upload must be told. */
async function taggingOf(transfer: Transfer, head: ObjectHead): Promise<string | undefined> {
  if ((head.output.TagCount ?? 0) === 0) return undefined
  const command = new GetObjectTaggingCommand({ Bucket: head.bucket, Key: head.fullKey })
  const { TagSet = [] } = await request(transfer, () => transfer.client.send(command, abortable(transfer.signal)))
  return new URLSearchParams(Object.fromEntries(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]))).toString()
}

/** The header is a URL path: everything but the slashes between folders is escaped. */
function copySource({ bucket, fullKey }: ObjectName): string {
  return `${bucket}/${fullKey.split('/').map(encodeURIComponent).join('/')}`
}
