import { rename, rm, utimes, writeFile } from 'node:fs/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { type ChecksumName, createChecksum } from '../../core/checksum.ts'
import { SkyloopError } from '../../core/errors.ts'
import type { ObjectEntry } from './entry.ts'
import { getInParts } from './get-in-parts.ts'
import { temporaryPath } from './local-path.ts'
import { checksumIn, headObject } from './object-head.ts'
import { DamagedTransferError, statusOf } from './retry.ts'
import { abortable, request, type Transfer } from './transfer.ts'

/** Where an object lies, and, if known, how large it was when it was listed. */
export type GetSource = Pick<ObjectEntry, 'bucket' | 'fullKey'> & { readonly sizeBytes?: number }

/** An object that changes faster than it can be read is not waited for. */
const MAX_VERSIONS = 3

/**
 * Copies one object to a file: one version of it, whole, its checksum verified, or nothing. The file is made under
 * another name and renamed; its time is the object's. A large object is read in ranges at a time, and what a killed run
 * has of it is taken up.
 *
 * @throws SkyloopError `data.s3.changed` when the object is replaced again and again meanwhile; `data.s3.damaged` when
 *   what arrives is not what S3 says it is
 */
export async function getFile(transfer: Transfer, source: GetSource, path: string): Promise<{ sizeBytes: number }> {
  const at = { bucket: source.bucket, fullKey: source.fullKey }
  if (source.sizeBytes !== undefined && source.sizeBytes < transfer.partsFromBytes) {
    return getAtOnce(transfer, at, path)
  }
  for (let version = 1; ; version++) {
    const head = await headObject(transfer.client, at, transfer.signal)
    if (head.sizeBytes < transfer.partsFromBytes) return getAtOnce(transfer, at, path)
    try {
      await getInParts(transfer, head, path)
      return { sizeBytes: head.sizeBytes }
    } catch (error) {
      if (statusOf(error) !== 412) throw error
      if (version === MAX_VERSIONS) throw changed(at)
    }
  }
}

async function getAtOnce(
  transfer: Transfer,
  { bucket, fullKey }: { bucket: string; fullKey: string },
  path: string,
): Promise<{ sizeBytes: number }> {
  const got = await request(transfer, async () => {
    const command = new GetObjectCommand({ Bucket: bucket, Key: fullKey, ChecksumMode: 'ENABLED' })
    const answer = await transfer.client.send(command, abortable(transfer.signal))
    const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
    if (bytes.length !== answer.ContentLength) {
      throw new DamagedTransferError(
        `s3://${bucket}/${fullKey}: ${bytes.length} bytes of ${answer.ContentLength} have arrived`,
      )
    }
    const checksum = checksumIn(answer)
    if (checksum !== undefined && digest(checksum.name, bytes) !== checksum.value) {
      throw new DamagedTransferError(`s3://${bucket}/${fullKey} arrived damaged: its ${checksum.name} is another`)
    }
    return { bytes, modified: answer.LastModified ?? new Date(0) }
  })
  const temporary = temporaryPath(path)
  try {
    // No fsync: after a power cut the next sync finds a file of another size or content and gets it again.
    await writeFile(temporary, got.bytes)
    await utimes(temporary, got.modified, got.modified)
    transfer.signal?.throwIfAborted()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  transfer.onBytes(got.bytes.length)
  return { sizeBytes: got.bytes.length }
}

function digest(name: ChecksumName, bytes: Uint8Array): string {
  const checksum = createChecksum(name)
  checksum.update(bytes)
  return checksum.digest()
}

function changed({ bucket, fullKey }: { bucket: string; fullKey: string }): SkyloopError {
  return new SkyloopError({
    code: 'data.s3.changed',
    message: `s3://${bucket}/${fullKey} was replaced ${MAX_VERSIONS} times while it was read; nothing was written`,
    hint: 'get it again when nothing writes to it',
  })
}
