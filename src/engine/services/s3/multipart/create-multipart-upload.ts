import { element, XML_HEADER } from '../../../wire/xml.ts'
import { attributesOf } from '../object/attributes.ts'
import { checksumNameOf } from '../incoming-body.ts'
import { invalidRequest, requireBucket } from '../s3-errors.ts'
import { onObject, type S3Operation } from '../s3-operation.ts'

/** CreateMultipartUpload. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export const createMultipartUpload: S3Operation = {
  permissions: onObject('PutObject'),
  handle(call) {
    const { bucket, key, request, engine, uploads, principal } = call
    requireBucket(call)
    const checksumName = checksumNameOf(request)
    const given = request.header('x-amz-checksum-type')?.toUpperCase()
    const checksumType =
      given === 'FULL_OBJECT' || (given === undefined && checksumName === 'crc64nvme') ? 'FULL_OBJECT' : 'COMPOSITE'
    if (checksumType === 'FULL_OBJECT' && checksumName?.startsWith('sha')) {
      throw invalidRequest(`The FULL_OBJECT checksum type cannot be used with the ${checksumName} checksum algorithm.`)
    }
    const uploadId = engine.ids.uuid().replaceAll('-', '') + engine.ids.short(32)
    uploads.insert({
      uploadId,
      bucket,
      key,
      initiatedMs: engine.clock.now().getTime(),
      initiator: principal.arn,
      attributes: { ...attributesOf(request), checksumType },
      checksumName,
    })
    const content = element('Bucket', bucket) + element('Key', key) + element('UploadId', uploadId)
    const headers: Record<string, string> = {}
    if (checksumName !== undefined) {
      headers['x-amz-checksum-algorithm'] = checksumName.toUpperCase()
      headers['x-amz-checksum-type'] = checksumType
    }
    return {
      headers,
      body: `${XML_HEADER}<InitiateMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</InitiateMultipartUploadResult>`,
    }
  },
}
