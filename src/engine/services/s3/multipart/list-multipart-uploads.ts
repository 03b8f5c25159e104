import { element, XML_HEADER } from '../../../wire/xml.ts'
import { invalidRequest, requireBucket } from '../s3-errors.ts'
import { onBucket, type S3Operation } from '../s3-operation.ts'

/**
 * ListMultipartUploads.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 * Differs: a delimiter is refused.
 */
export const listMultipartUploads: S3Operation = {
  permissions: onBucket('ListBucketMultipartUploads'),
  handle(call) {
    const { bucket, request, uploads } = call
    requireBucket(call)
    if (request.parameter('delimiter'))
      throw invalidRequest('ListMultipartUploads with a delimiter is not implemented by this engine')
    const prefix = request.parameter('prefix') ?? ''
    const limit = Math.min(Number(request.parameter('max-uploads') ?? 1000) || 1000, 1000)
    const marker = {
      key: request.parameter('key-marker') ?? '',
      uploadId: request.parameter('upload-id-marker') ?? '\u{10ffff}',
    }
    const rows = uploads.uploads(bucket, prefix, marker, limit + 1)
    const page = rows.slice(0, limit)
    const items = page.map((row) => {
      const members = [
        element('Key', row.key),
        element('UploadId', row.uploadId),
        `<Initiator>${element('ID', row.initiator)}</Initiator>`,
        element('StorageClass', 'STANDARD'),
        element('Initiated', new Date(row.initiatedMs).toISOString()),
      ]
      return `<Upload>${members.join('')}</Upload>`
    })
    const content = [
      element('Bucket', bucket),
      element('KeyMarker', marker.key),
      element('Prefix', prefix),
      element('MaxUploads', limit),
      element('IsTruncated', rows.length > limit),
      rows.length > limit
        ? element('NextKeyMarker', page.at(-1)?.key) + element('NextUploadIdMarker', page.at(-1)?.uploadId)
        : '',
      ...items,
    ]
    return {
      body: `${XML_HEADER}<ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</ListMultipartUploadsResult>`,
    }
  },
}
