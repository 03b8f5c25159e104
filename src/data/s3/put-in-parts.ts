import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { inParallel } from './in-parallel.ts'
import { headObject } from './object-head.ts'
import type { PutTarget } from './put-file.ts'
import { isTransient } from './retry.ts'
import { crc64, type Part, partsOf, partSizeOf, type SentPart } from './part.ts'
import { abortable, request, type Transfer } from './transfer.ts'
import { findUnfinished } from './unfinished-upload.ts'

export interface LargeFile {
  readonly file: FileHandle
  readonly sizeBytes: number
  /** @throws when the file is not what it was when it was opened */
  readonly unchanged: () => Promise<void>
}

/**
 * Uploads a file in parts, many at a time. An upload of the same bytes that another run has left unfinished is taken
 * up. When the work is given up (Ctrl-C, a file that changes, a refusal) the upload is aborted, and S3 keeps nothing;
 * only when S3 or the connection fails for good do the parts stay, for the next run.
 */
export async function putInParts(transfer: Transfer, source: LargeFile, target: Required<PutTarget>): Promise<void> {
  const { client, signal } = transfer
  const parts = partsOf(source.sizeBytes, partSizeOf(source.sizeBytes, transfer.partBytes))
  const unfinished = await findUnfinished(transfer, target, parts, (part) => readPart(source, part))
  const uploadId = unfinished?.uploadId ?? (await createUpload(transfer, target))
  const at = { Bucket: target.bucket, Key: target.fullKey, UploadId: uploadId }
  const sent = new Map(unfinished?.sent.map((part) => [part.PartNumber, part]))
  for (const part of parts) if (sent.has(part.number)) transfer.onBytes(part.sizeBytes)
  try {
    const missing = parts.filter((part) => !sent.has(part.number))
    await inParallel(missing, transfer.gate.width, async (part) => {
      const done = await request(transfer, async () => {
        const body = await readPart(source, part)
        const checksum = crc64(body)
        const command = new UploadPartCommand({
          ...at,
          PartNumber: part.number,
          Body: body,
          ChecksumCRC64NVME: checksum,
        })
        const { ETag = '' } = await client.send(command, abortable(signal))
        return { PartNumber: part.number, ETag, ChecksumCRC64NVME: checksum }
      })
      sent.set(part.number, done)
      transfer.onBytes(part.sizeBytes)
    })
    // Parts were read at different times: together they are a file only if it did not change.
    await source.unchanged()
    const command = new CompleteMultipartUploadCommand({
      ...at,
      ChecksumType: 'FULL_OBJECT',
      MultipartUpload: { Parts: parts.map((part) => sent.get(part.number) as SentPart) },
    })
    await request(transfer, () =>
      client.send(command, abortable(signal)).catch(async (error: unknown) => {
        // An answer that was lost on the way: the upload is gone because it is complete.
        if (
          !(await isCompleted(
            transfer,
            at,
            parts.map((part) => sent.get(part.number) as SentPart),
            error,
          ))
        )
          throw error
      }),
    )
  } catch (error) {
    if (signal?.aborted || !isTransient(error)) await abortUpload(transfer, at)
    throw error
  }
}

interface UploadId {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string
}

async function isCompleted(
  transfer: Transfer,
  at: UploadId,
  sent: readonly SentPart[],
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof Error) || error.name !== 'NoSuchUpload') return false
  const head = await headObject(transfer.client, { bucket: at.Bucket, fullKey: at.Key }, transfer.signal)
  const md5 = createHash('md5')
  for (const { ETag } of sent) md5.update(Buffer.from(ETag.replaceAll('"', ''), 'hex'))
  return head.etag === `${md5.digest('hex')}-${sent.length}`
}

async function abortUpload(transfer: Transfer, at: UploadId): Promise<void> {
  try {
    await transfer.client.send(new AbortMultipartUploadCommand(at))
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchUpload') return
    throw new SkyloopError({
      code: 'data.s3.unfinished-upload',
      fault: 'machine',
      message: `the upload ${at.UploadId} of s3://${at.Bucket}/${at.Key} could not be aborted: ${messageOf(error)}`,
      hint: `its parts cost money until \`skyloop s3 remove s3://${at.Bucket}/${at.Key} --uploads --yes\` removes them`,
      cause: error,
    })
  }
}

async function createUpload(transfer: Transfer, target: Required<PutTarget>): Promise<string> {
  const command = new CreateMultipartUploadCommand({
    Bucket: target.bucket,
    Key: target.fullKey,
    ContentType: target.contentType,
    ChecksumAlgorithm: 'CRC64NVME',
    ChecksumType: 'FULL_OBJECT',
  })
  // Without the signal: an upload that was created as Ctrl-C came would have no one to abort it.
  const { UploadId } = await request(transfer, () => transfer.client.send(command))
  return UploadId as string
}

async function readPart({ file, unchanged }: LargeFile, part: Part): Promise<Buffer> {
  const body = Buffer.allocUnsafe(part.sizeBytes)
  const { bytesRead } = await file.read(body, 0, part.sizeBytes, part.start)
  if (bytesRead !== part.sizeBytes) {
    await unchanged()
    throw new Error(`internal: ${bytesRead} bytes of ${part.sizeBytes} could be read`)
  }
  return body
}
