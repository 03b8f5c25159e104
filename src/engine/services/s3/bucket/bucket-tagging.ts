import { AwsError } from '../../../wire/aws-error.ts'
import { requireBucket } from '../s3-errors.ts'
import { onBucket, type S3Operation } from '../s3-operation.ts'
import { formatTagging, MAX_BUCKET_TAGS, parseTagging } from '../tag-set.ts'

export const getBucketTagging: S3Operation = {
  permissions: onBucket('GetBucketTagging'),
  handle(call) {
    const { tags } = requireBucket(call)
    if (tags.length === 0)
      throw new AwsError('NoSuchTagSet', 404, 'The TagSet does not exist', { BucketName: call.bucket })
    return { body: formatTagging(tags) }
  },
}

export const putBucketTagging: S3Operation = {
  permissions: onBucket('PutBucketTagging'),
  async handle(call) {
    requireBucket(call)
    const tags = parseTagging((await call.body.read(64 * 1024)).toString('utf8'), MAX_BUCKET_TAGS)
    call.objects.table.setBucketTags(call.bucket, tags)
    return { status: 204 }
  },
}

export const deleteBucketTagging: S3Operation = {
  permissions: onBucket('PutBucketTagging'),
  handle(call) {
    requireBucket(call)
    call.objects.table.setBucketTags(call.bucket, [])
    return { status: 204 }
  },
}
