import { element, XML_HEADER } from '../../../wire/xml.ts'
import { createChecksum } from '../../../../core/checksum.ts'
import { createReadStream } from 'node:fs'
import { checksumNameOf } from '../incoming-body.ts'
import { invalidRequest, requireBucket } from '../s3-errors.ts'
import type { S3Operation } from '../s3-operation.ts'
import { attributesOf } from './attributes.ts'
import { checkWrite } from './conditions.ts'
import { copyPermissions, copySourceOf, readCopySource } from './copy-source.ts'

/**
 * CopyObject: a hard link to the source's bytes, which never change.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export const copyObject: S3Operation = {
  permissions: copyPermissions,
  async handle(call) {
    const { bucket, key, request, objects } = call
    requireBucket(call)
    const source = readCopySource(call)
    const from = copySourceOf(call)
    const replacesMetadata = request.header('x-amz-metadata-directive')?.toUpperCase() === 'REPLACE'
    const replacesTags = request.header('x-amz-tagging-directive')?.toUpperCase() === 'REPLACE'
    if (from.bucket === bucket && from.key === key && !replacesMetadata && !replacesTags) {
      throw invalidRequest(
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      )
    }
    const given = attributesOf(request)
    const { tags, checksums, checksumType } = source.attributes
    const name = checksumNameOf(request)
    const sourcePath = objects.blobs.pathOf(source.blobId)
    const wanted = name === undefined || checksums[name] !== undefined ? {} : await checksumOf(sourcePath, name)
    const attributes = {
      ...(replacesMetadata ? given : source.attributes),
      tags: replacesTags ? given.tags : tags,
      checksums: { ...checksums, ...wanted },
      checksumType,
    }
    const blobId = await objects.blobs.adopt(sourcePath, 'link')
    const { sizeBytes, etag, partSizes } = source
    const row = await objects.commit(
      { bucket, key, blobId, sizeBytes, etag, attributes, partSizes },
      {
        check: () => {
          requireBucket(call)
          checkWrite(objects.table.object(bucket, key), request, key)
        },
        alongside: call.recordDone,
      },
    )
    const modified = element('LastModified', new Date(row.modifiedMs).toISOString())
    return { body: `${XML_HEADER}<CopyObjectResult>${modified}${element('ETag', `"${etag}"`)}</CopyObjectResult>` }
  },
}

async function checksumOf(path: string, name: Parameters<typeof createChecksum>[0]): Promise<Record<string, string>> {
  const checksum = createChecksum(name)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) checksum.update(chunk as Uint8Array)
  return { [name]: checksum.digest() }
}
