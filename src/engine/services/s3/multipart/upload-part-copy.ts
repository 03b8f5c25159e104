import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createChecksum, CHECKSUM_NAMES } from '../../../../core/checksum.ts'
import { element, XML_HEADER } from '../../../wire/xml.ts'
import { copyPermissions, readCopySource } from '../object/copy-source.ts'
import { invalidArgument } from '../s3-errors.ts'
import type { S3Operation } from '../s3-operation.ts'
import { findUpload, partNumberOf } from './find-upload.ts'
import { keepPart } from './upload-part.ts'

/** UploadPartCopy. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export const uploadPartCopy: S3Operation = {
  permissions: copyPermissions,
  async handle(call) {
    const { objects, request } = call
    const { uploadId, checksumName } = findUpload(call)
    const partNumber = partNumberOf(call)
    const source = readCopySource(call)
    const range = sourceRange(request.header('x-amz-copy-source-range'), source.sizeBytes)
    const md5 = createHash('md5')
    const name = CHECKSUM_NAMES.find((known) => known === checksumName)
    const checksum = name === undefined ? undefined : createChecksum(name)
    let sizeBytes = 0
    const path = objects.blobs.pathOf(source.blobId)
    async function* bytes(): AsyncGenerator<Uint8Array> {
      if (source.sizeBytes === 0) return
      for await (const chunk of createReadStream(path, { ...range, highWaterMark: 1 << 20 })) {
        md5.update(chunk as Uint8Array)
        checksum?.update(chunk as Uint8Array)
        sizeBytes += (chunk as Uint8Array).length
        yield chunk as Uint8Array
      }
    }
    const blobId = await objects.blobs.write(bytes())
    const checksums = name === undefined || checksum === undefined ? {} : { [name]: checksum.digest() }
    const row = await keepPart(call, { uploadId, partNumber, blobId, sizeBytes, etag: md5.digest('hex'), checksums })
    const content = element('LastModified', new Date(row.modifiedMs).toISOString()) + element('ETag', `"${row.etag}"`)
    return { body: `${XML_HEADER}<CopyPartResult>${content}</CopyPartResult>` }
  },
}

function sourceRange(header: string | undefined, sizeBytes: number): { start: number; end: number } | undefined {
  if (header === undefined) return undefined
  const match = /^bytes=(\d+)-(\d+)$/.exec(header)
  const [start, end] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || end < start || end >= sizeBytes) {
    throw invalidArgument(
      'Range specified is not valid for source object of size: ' + sizeBytes,
      'x-amz-copy-source-range',
      header,
    )
  }
  return { start, end }
}
