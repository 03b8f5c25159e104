import { checksumHeaders } from '../object/attributes.ts'
import { onObject, type S3Call, type S3Operation } from '../s3-operation.ts'
import { findUpload, partNumberOf } from './find-upload.ts'
import type { PartRow } from './multipart-table.ts'

/** UploadPart. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export const uploadPart: S3Operation = {
  permissions: onObject('PutObject'),
  async handle(call) {
    const { uploadId } = findUpload(call)
    const partNumber = partNumberOf(call)
    const { blobId, sizeBytes, md5, checksums } = await call.body.store(call.objects.blobs)
    await keepPart(call, { uploadId, partNumber, blobId, sizeBytes, etag: md5, checksums })
    return { headers: { etag: `"${md5}"`, ...checksumHeaders(checksums) } }
  },
}

/** Records a part whose bytes are on disk, unless the upload has ended meanwhile. */
export async function keepPart(call: S3Call, part: Omit<PartRow, 'modifiedMs'>): Promise<PartRow> {
  const { engine, objects, uploads } = call
  const row = { ...part, modifiedMs: engine.clock.now().getTime() }
  try {
    await engine.store.batch(() =>
      engine.store.transaction(() => {
        findUpload(call)
        objects.release(uploads.putPart(row))
        call.recordDone()
      }),
    )
  } catch (error) {
    objects.blobs.discard(part.blobId)
    throw error
  }
  objects.blobs.settle(part.blobId)
  return row
}
