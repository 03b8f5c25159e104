import type { S3Client } from '@aws-sdk/client-s3'
import type { FileEntry, ObjectEntry } from './entry.ts'
import { digestFile } from './file-digest.ts'
import { firstPartBytes, headObject, type ObjectHead } from './object-head.ts'

/**
 * Whether a digest proves that a file and an object hold the same bytes. `unknown`: S3 has no digest of this object
 * that a file can be compared with.
 */
export type Proof = 'same' | 'different' | 'unknown'

/** A plain ETag is the MD5 unless the object is encrypted with a key of KMS or of the client; then it proves nothing. */
const MD5 = /^[0-9a-f]{32}$/

/**
 * Compares a file with an object of the same size, by the first digest that is sound:
 *
 * 1. the ETag of an object put in one piece, when it equals the file's MD5;
 * 2. S3's checksum of the whole object (SHA-256, SHA-1, CRC-64/NVME, CRC-32C, CRC-32);
 * 3. the ETag of a multipart object, recomputed with the size of its first part, when it comes out equal.
 *
 * @throws the SDK's `PreconditionFailed` when the object has changed since it was listed
 */
export async function compareContent(
  client: S3Client,
  file: Pick<FileEntry, 'path'>,
  object: Pick<ObjectEntry, 'bucket' | 'fullKey' | 'etag'>,
  signal?: AbortSignal,
): Promise<Proof> {
  if (MD5.test(object.etag)) {
    const { md5 } = await digestFile(file.path, { md5: true })
    if (md5 === object.etag) return 'same'
  }
  return compareWithHead(client, file.path, await headObject(client, object, signal), signal)
}

/** As {@link compareContent}, by what is known of the object already; rule 1 is left to it. */
export async function compareWithHead(
  client: S3Client,
  path: string,
  head: ObjectHead,
  signal?: AbortSignal,
): Promise<Proof> {
  if (head.checksum !== undefined) {
    const { checksum } = await digestFile(path, { checksum: head.checksum.name })
    return checksum === head.checksum.value ? 'same' : 'different'
  }
  if (MD5.test(head.etag)) {
    const { md5 } = await digestFile(path, { md5: true })
    return md5 === head.etag ? 'same' : 'unknown'
  }
  const partBytes = await firstPartBytes(client, head, signal)
  if (partBytes === 0) return 'unknown'
  const { multipartEtag } = await digestFile(path, { multipartEtagOfPartBytes: partBytes })
  return multipartEtag === head.etag ? 'same' : 'unknown'
}

/** Compares two objects of the same size: equal ETags prove equal bytes, as do equal checksums of the whole. */
export async function compareObjects(
  client: S3Client,
  one: ObjectEntry,
  other: ObjectEntry,
  signal?: AbortSignal,
): Promise<Proof> {
  if (one.etag !== '' && one.etag === other.etag) return 'same'
  const [a, b] = await Promise.all([headObject(client, one, signal), headObject(client, other, signal)])
  if (a.checksum === undefined || a.checksum.name !== b.checksum?.name) return 'unknown'
  return a.checksum.value === b.checksum.value ? 'same' : 'different'
}
