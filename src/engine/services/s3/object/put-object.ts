import { requireBucket } from '../s3-errors.ts'
import { objectArn, type S3Operation } from '../s3-operation.ts'
import { attributesOf, checksumHeaders } from './attributes.ts'
import { checkWrite } from './conditions.ts'

/**
 * PutObject: the body streams into a blob, which becomes the object when it is complete, checked and on disk.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * Differs: storage classes, ACLs, encryption headers and object locks are not applied.
 */
export const putObject: S3Operation = {
  permissions: ({ bucket, key, request }) => [
    { action: 's3:PutObject', resource: objectArn(bucket, key) },
    ...(request.header('x-amz-tagging') === undefined
      ? []
      : [{ action: 's3:PutObjectTagging', resource: objectArn(bucket, key) }]),
  ],
  async handle(call) {
    const { bucket, key, request, objects } = call
    requireBucket(call)
    const attributes = attributesOf(request)
    checkWrite(objects.table.object(bucket, key), request, key)
    const { blobId, sizeBytes, md5, checksums } = await call.body.store(objects.blobs)
    const row = { bucket, key, blobId, sizeBytes, etag: md5, attributes: { ...attributes, checksums }, partSizes: [] }
    // Bucket and conditions once more: the body took its time.
    await objects.commit(row, {
      check: () => {
        requireBucket(call)
        checkWrite(objects.table.object(bucket, key), request, key)
      },
      alongside: call.recordDone,
    })
    return { headers: { etag: `"${md5}"`, ...checksumHeaders(checksums, 'FULL_OBJECT') } }
  },
}
