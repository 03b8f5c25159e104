import { open } from 'node:fs/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { createChecksum } from '../../core/checksum.ts'
import { SkyloopError } from '../../core/errors.ts'
import { contentTypeOf } from './content-type.ts'
import { putInParts } from './put-in-parts.ts'
import { abortable, request, type Transfer } from './transfer.ts'

export interface PutTarget {
  readonly bucket: string
  readonly fullKey: string
  /** @default what the key's ending says */
  readonly contentType?: string
}

/**
 * Copies one file to an object, in parts when it is large. The checksum goes with the bytes, so what S3 keeps is what
 * was read: CRC-32 of a single put, CRC-64/NVME of a multipart one, both of the whole object.
 *
 * @throws SkyloopError `data.s3.changed` when the file changes meanwhile; the object is then as it was
 */
export async function putFile(transfer: Transfer, path: string, target: PutTarget): Promise<{ sizeBytes: number }> {
  const file = await open(path, 'r')
  try {
    const { size, mtimeMs } = await file.stat()
    const unchanged = async (): Promise<void> => {
      const now = await file.stat()
      if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed(path)
    }
    const object = { ...target, contentType: target.contentType ?? contentTypeOf(target.fullKey) }
    if (size >= transfer.partsFromBytes) await putInParts(transfer, { file, sizeBytes: size, unchanged }, object)
    else {
      await request(transfer, async () => {
        const body = Buffer.alloc(size)
        const { bytesRead } = await file.read(body, 0, size, 0)
        if (bytesRead !== size) throw changed(path)
        await unchanged()
        await putBytes(transfer, body, object)
      })
      transfer.onBytes(size)
    }
    return { sizeBytes: size }
  } finally {
    await file.close()
  }
}

async function putBytes(transfer: Transfer, body: Uint8Array, target: Required<PutTarget>): Promise<void> {
  const crc32 = createChecksum('crc32')
  crc32.update(body)
  const command = new PutObjectCommand({
    Bucket: target.bucket,
    Key: target.fullKey,
    ContentType: target.contentType,
    Body: body,
    ChecksumCRC32: crc32.digest(),
  })
  await transfer.client.send(command, abortable(transfer.signal))
}

function changed(path: string): SkyloopError {
  return new SkyloopError({
    code: 'data.s3.changed',
    message: `${path} changed while it was copied; nothing was stored`,
    hint: 'copy it again when nothing writes to it',
  })
}
