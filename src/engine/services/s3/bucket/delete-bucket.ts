import { AwsError } from '../../../wire/aws-error.ts'
import { requireBucket } from '../s3-errors.ts'
import { onBucket, type S3Operation } from '../s3-operation.ts'

/** DeleteBucket: only an empty one. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
export const deleteBucket: S3Operation = {
  permissions: onBucket('DeleteBucket'),
  handle(call) {
    const { bucket, engine, objects, uploads } = call
    engine.store.transaction(() => {
      requireBucket(call)
      if (objects.table.page(bucket, '', '', 1).length > 0 || uploads.hasUploads(bucket)) {
        throw new AwsError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty', { BucketName: bucket })
      }
      objects.table.deleteBucket(bucket)
    })
    return { status: 204 }
  },
}
