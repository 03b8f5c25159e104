import { named } from '../../../auth/iam/authorizer.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { requireBucket } from '../s3-errors.ts'
import { onBucket, type S3Operation } from '../s3-operation.ts'

/** S3's limit for a bucket policy. */
const MAX_POLICY_BYTES = 20 * 1024

/** PutBucketPolicy: the document must be well formed and speak of this bucket only. */
export const putBucketPolicy: S3Operation = {
  permissions: onBucket('PutBucketPolicy'),
  async handle(call) {
    const { bucket, objects, body } = call
    requireBucket(call)
    const text = (await body.read(MAX_POLICY_BYTES)).toString('utf8')
    let policy
    try {
      policy = named(bucket, 'resource', text)
    } catch (error) {
      throw error instanceof AwsError ? new AwsError('MalformedPolicy', 400, error.message) : error
    }
    const own = `arn:aws:s3:::${bucket}`
    for (const { resources } of policy.document.statements) {
      const foreign = resources.find((resource) => resource !== own && !resource.startsWith(`${own}/`))
      if (foreign !== undefined) throw new AwsError('MalformedPolicy', 400, `Policy has invalid resource: ${foreign}`)
    }
    objects.table.setBucketPolicy(bucket, text)
    return { status: 204 }
  },
}

export const getBucketPolicy: S3Operation = {
  permissions: onBucket('GetBucketPolicy'),
  handle(call) {
    const { policy } = requireBucket(call)
    if (policy === undefined) {
      throw new AwsError('NoSuchBucketPolicy', 404, 'The bucket policy does not exist', { BucketName: call.bucket })
    }
    return { headers: { 'content-type': 'application/json' }, body: policy }
  },
}

export const deleteBucketPolicy: S3Operation = {
  permissions: onBucket('DeleteBucketPolicy'),
  handle(call) {
    requireBucket(call)
    call.objects.table.setBucketPolicy(call.bucket, undefined)
    return { status: 204 }
  },
}
