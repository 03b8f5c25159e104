import { AwsError } from '../../wire/aws-error.ts'
import type { BucketRow, ObjectRow } from './object-table.ts'
import type { S3Call } from './s3-operation.ts'

const noSuchBucket = (bucket: string): AwsError =>
  new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: bucket })
export const noSuchKey = (key: string): AwsError =>
  new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key })
export const noSuchUpload = (uploadId: string): AwsError =>
  new AwsError(
    'NoSuchUpload',
    404,
    'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  )
export const invalidArgument = (message: string, name: string, value: string): AwsError =>
  new AwsError('InvalidArgument', 400, message, { ArgumentName: name, ArgumentValue: value })
export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequest', 400, message)
export const malformedXml = (): AwsError =>
  new AwsError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
export const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  })

/** @throws AwsError `NoSuchBucket` */
export function requireBucket(call: S3Call, name = call.bucket): BucketRow {
  const row = call.objects.table.bucket(name)
  if (row === undefined) throw noSuchBucket(name)
  return row
}

/** @throws AwsError `NoSuchBucket` or `NoSuchKey` */
export function requireObject(call: S3Call, bucket = call.bucket, key = call.key): ObjectRow {
  const row = call.objects.table.object(bucket, key)
  if (row !== undefined) return row
  requireBucket(call, bucket)
  throw noSuchKey(key)
}
