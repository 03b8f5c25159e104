import { onObject, type S3Operation } from '../s3-operation.ts'
import { findUpload } from './find-upload.ts'

/** AbortMultipartUpload. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export const abortMultipartUpload: S3Operation = {
  permissions: onObject('AbortMultipartUpload'),
  handle(call) {
    const { uploadId } = findUpload(call)
    for (const blobId of call.uploads.delete(uploadId)) call.objects.release(blobId)
    return { status: 204 }
  },
}
