import { ListMultipartUploadsCommand, paginateListParts, type Part as StoredPart } from '@aws-sdk/client-s3'
import { crc64, type Part, type SentPart } from './part.ts'
import type { PutTarget } from './put-file.ts'
import { statusOf } from './retry.ts'
import { abortable, request, type Transfer } from './transfer.ts'

/** An upload that was begun and neither completed nor aborted, and what S3 has of it. */
export interface UnfinishedUpload {
  readonly uploadId: string
  readonly sent: readonly SentPart[]
}

/**
 * Looks for an unfinished upload of the same bytes to the same key: every part that S3 has must be one of ours, by size
 * and CRC-64/NVME. Others (another file's, another program's, one without parts) are left alone.
 */
export async function findUnfinished(
  transfer: Transfer,
  target: PutTarget,
  parts: readonly Part[],
  read: (part: Part) => Promise<Uint8Array>,
): Promise<UnfinishedUpload | undefined> {
  for (const uploadId of await unfinishedUploads(transfer, target)) {
    const stored = await storedParts(transfer, target, uploadId)
    if (stored.length === 0) continue
    const sent: SentPart[] = []
    for (const one of stored) {
      const part = parts[(one.PartNumber ?? 0) - 1]
      if (part === undefined || one.Size !== part.sizeBytes || one.ETag === undefined) break
      if (one.ChecksumCRC64NVME === undefined || crc64(await read(part)) !== one.ChecksumCRC64NVME) break
      sent.push({ PartNumber: part.number, ETag: one.ETag, ChecksumCRC64NVME: one.ChecksumCRC64NVME })
    }
    if (sent.length === stored.length) return { uploadId, sent }
  }
  return undefined
}

/** Uploads of exactly this key, the newest first. */
async function unfinishedUploads(transfer: Transfer, target: PutTarget): Promise<string[]> {
  const command = new ListMultipartUploadsCommand({ Bucket: target.bucket, Prefix: target.fullKey })
  try {
    const { Uploads = [] } = await request(transfer, () => transfer.client.send(command, abortable(transfer.signal)))
    return Uploads.filter((one) => one.Key === target.fullKey)
      .toSorted((a, b) => (b.Initiated?.getTime() ?? 0) - (a.Initiated?.getTime() ?? 0))
      .map((one) => one.UploadId as string)
  } catch (error) {
    // Who may put but not look for uploads begins anew.
    if (statusOf(error) === 403) return []
    throw error
  }
}

async function storedParts(transfer: Transfer, target: PutTarget, uploadId: string): Promise<StoredPart[]> {
  const at = { Bucket: target.bucket, Key: target.fullKey, UploadId: uploadId }
  const found: StoredPart[] = []
  try {
    for await (const page of paginateListParts({ client: transfer.client }, at)) found.push(...(page.Parts ?? []))
  } catch (error) {
    // Completed or aborted since it was listed, or not ours to look into.
    if (statusOf(error) === 404 || statusOf(error) === 403) return []
    throw error
  }
  return found
}
