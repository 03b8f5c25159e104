import { element, XML_HEADER } from '../../../wire/xml.ts'
import { onObject, type S3Operation } from '../s3-operation.ts'
import { findUpload } from './find-upload.ts'

/** ListParts. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export const listParts: S3Operation = {
  permissions: onObject('ListMultipartUploadParts'),
  handle(call) {
    const { bucket, key, request, uploads } = call
    const { uploadId } = findUpload(call)
    const limit = Math.min(Number(request.parameter('max-parts') ?? 1000) || 1000, 1000)
    const after = Number(request.parameter('part-number-marker') ?? 0) || 0
    const rows = uploads.parts(uploadId, after, limit + 1)
    const page = rows.slice(0, limit)
    const parts = page.map((part) => {
      const checksums = Object.entries(part.checksums).map(([name, value]) =>
        element(`Checksum${name.toUpperCase()}`, value),
      )
      const members = [
        element('PartNumber', part.partNumber),
        element('LastModified', new Date(part.modifiedMs).toISOString()),
        element('ETag', `"${part.etag}"`),
        element('Size', part.sizeBytes),
        ...checksums,
      ]
      return `<Part>${members.join('')}</Part>`
    })
    const content = [
      element('Bucket', bucket),
      element('Key', key),
      element('UploadId', uploadId),
      element('PartNumberMarker', after),
      rows.length > limit ? element('NextPartNumberMarker', page.at(-1)?.partNumber) : '',
      element('MaxParts', limit),
      element('IsTruncated', rows.length > limit),
      element('StorageClass', 'STANDARD'),
      ...parts,
    ]
    return {
      body: `${XML_HEADER}<ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</ListPartsResult>`,
    }
  },
}
