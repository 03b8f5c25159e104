import { checkWrite } from './conditions.ts'
import { requireBucket } from '../s3-errors.ts'
import { onObject, type S3Operation } from '../s3-operation.ts'

/** DeleteObject; a key that is not there is deleted all the same. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const deleteObject: S3Operation = {
  permissions: onObject('DeleteObject'),
  handle(call) {
    const { bucket, key, objects, request } = call
    requireBucket(call)
    if (request.header('if-match') !== undefined) checkWrite(objects.table.object(bucket, key), request, key)
    objects.delete(bucket, key)
    return { status: 204 }
  },
}
