import { createChecksum } from '../../core/checksum.ts'

/** S3 takes at most 10,000 parts; half of that leaves room. */
const MAX_PARTS = 5000

/** Size of the parts of an object, a whole number of `transfer.partBytes`. */
export function partSizeOf(sizeBytes: number, partBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / MAX_PARTS / partBytes)) * partBytes
}

/** One stretch of an object. */
export interface Part {
  /** From 1, as S3 counts. */
  readonly number: number
  readonly start: number
  readonly sizeBytes: number
}

export function partsOf(sizeBytes: number, partSize: number): Part[] {
  return Array.from({ length: Math.ceil(sizeBytes / partSize) }, (_, i) => ({
    number: i + 1,
    start: i * partSize,
    sizeBytes: Math.min(partSize, sizeBytes - i * partSize),
  }))
}

/** What S3 must be told of a part to complete the upload. */
export interface SentPart {
  readonly PartNumber: number
  readonly ETag: string
  readonly ChecksumCRC64NVME: string
}

/** CRC-64/NVME in base64. */
export function crc64(bytes: Uint8Array): string {
  const checksum = createChecksum('crc64nvme')
  checksum.update(bytes)
  return checksum.digest()
}
