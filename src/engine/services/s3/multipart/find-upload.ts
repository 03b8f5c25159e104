import { invalidArgument, noSuchUpload, requireBucket } from '../s3-errors.ts'
import type { S3Call } from '../s3-operation.ts'
import type { UploadRow } from './multipart-table.ts'

/** The upload that a request names, which must be of its bucket and key. @throws AwsError `NoSuchUpload` */
export function findUpload(call: S3Call): UploadRow {
  requireBucket(call)
  const uploadId = call.request.parameter('uploadId') ?? ''
  const upload = call.uploads.upload(uploadId)
  if (upload === undefined || upload.bucket !== call.bucket || upload.key !== call.key) throw noSuchUpload(uploadId)
  return upload
}

export function partNumberOf(call: S3Call): number {
  const text = call.request.parameter('partNumber') ?? ''
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > 10_000) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', text)
  }
  return number
}
