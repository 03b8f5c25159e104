import { requireBucket } from '../s3-errors.ts'
import { onBucket, type S3Operation } from '../s3-operation.ts'

/** HeadBucket. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export const headBucket: S3Operation = {
  permissions: onBucket('ListBucket'),
  handle(call) {
    requireBucket(call)
    return { headers: { 'x-amz-bucket-region': call.engine.region } }
  },
}
