import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { CHECKSUM_NAMES, createChecksum, type ChecksumName } from '../../../../core/checksum.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { childrenNamed, childText, element, parseXml, XML_HEADER } from '../../../wire/xml.ts'
import type { BlobStore } from '../blob-store.ts'
import { checkWrite } from '../object/conditions.ts'
import { malformedXml } from '../s3-errors.ts'
import { onObject, type S3Call, type S3Operation } from '../s3-operation.ts'
import { findUpload } from './find-upload.ts'
import type { PartRow, UploadRow } from './multipart-table.ts'

/** Every part but the last must have at least this size. */
const MIN_PART_BYTES = 5 * 1024 * 1024
const MAX_PARTS = 10_000
const COPY_CHUNK_BYTES = 1024 * 1024

/**
 * CompleteMultipartUpload: the parts become one file, streamed, and only then one object.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export const completeMultipartUpload: S3Operation = {
  permissions: onObject('PutObject'),
  async handle(call) {
    const { bucket, key, request, objects, uploads, engine } = call
    const upload = findUpload(call)
    const wanted = parseParts((await call.body.read(4 * 1024 * 1024)).toString('utf8'))
    const parts = chosenParts(call, upload, wanted)
    checkWrite(objects.table.object(bucket, key), request, key)

    const name = CHECKSUM_NAMES.find((known) => known === upload.checksumName)
    const isFullObject = upload.attributes.checksumType === 'FULL_OBJECT'
    const running = name !== undefined && isFullObject ? createChecksum(name) : undefined
    const blobId = await joinParts(parts, objects.blobs, (chunk) => running?.update(chunk), running !== undefined)
    const checksums = checksumsOf(parts, name, running?.digest())
    checkDeclaredChecksum(call, name, checksums, () => objects.blobs.discard(blobId))

    const md5 = createHash('md5')
    for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'))
    const etag = `${md5.digest('hex')}-${parts.length}`
    const partSizes = parts.map((part) => part.sizeBytes)
    const sizeBytes = partSizes.reduce((sum, size) => sum + size, 0)
    const attributes = { ...upload.attributes, checksums }
    const row = { bucket, key, blobId, sizeBytes, etag, attributes, partSizes }
    await objects.commit(row, {
      check: () => {
        findUpload(call)
        checkWrite(objects.table.object(bucket, key), request, key)
      },
      alongside: () => {
        for (const partBlob of uploads.delete(upload.uploadId)) objects.release(partBlob)
        call.recordDone()
      },
    })

    const elements = Object.entries(checksums).map(([algorithm, value]) =>
      element(`Checksum${algorithm.toUpperCase()}`, value),
    )
    const content = [
      element('Location', `${engine.endpointUrl}/${bucket}/${key}`),
      element('Bucket', bucket),
      element('Key', key),
      element('ETag', `"${etag}"`),
      ...elements,
      elements.length > 0 ? element('ChecksumType', attributes.checksumType) : '',
    ]
    return {
      body: `${XML_HEADER}<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</CompleteMultipartUploadResult>`,
    }
  },
}

interface WantedPart {
  readonly partNumber: number
  readonly etag: string
}

function parseParts(text: string): WantedPart[] {
  const xml = parseXml(text)
  const parts = xml === undefined ? [] : childrenNamed(xml, 'Part')
  const wanted = parts.map((part) => ({
    partNumber: Number(childText(part, 'PartNumber')),
    etag: (childText(part, 'ETag') ?? '').trim().replace(/^"|"$/g, ''),
  }))
  const isValid =
    wanted.length > 0 && wanted.length <= MAX_PARTS && wanted.every((part) => Number.isInteger(part.partNumber))
  if (!isValid) throw malformedXml()
  return wanted
}

function chosenParts(call: S3Call, upload: UploadRow, wanted: readonly WantedPart[]): PartRow[] {
  const stored = new Map(call.uploads.parts(upload.uploadId, 0, MAX_PARTS).map((part) => [part.partNumber, part]))
  if (wanted.some(({ partNumber }, i) => partNumber <= (wanted[i - 1]?.partNumber ?? 0))) {
    throw new AwsError(
      'InvalidPartOrder',
      400,
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    )
  }
  return wanted.map(({ partNumber, etag }, i) => {
    const part = stored.get(partNumber)
    if (part === undefined || part.etag !== etag) {
      throw new AwsError(
        'InvalidPart',
        400,
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { UploadId: upload.uploadId, PartNumber: partNumber, ETag: etag },
      )
    }
    if (i < wanted.length - 1 && part.sizeBytes < MIN_PART_BYTES) {
      throw new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
        ProposedSize: part.sizeBytes,
        MinSizeAllowed: MIN_PART_BYTES,
        PartNumber: partNumber,
      })
    }
    return part
  })
}

/** One blob with the bytes of all parts. A single part is linked, not copied, unless its bytes must be seen. */
async function joinParts(
  parts: readonly PartRow[],
  blobs: BlobStore,
  see: (chunk: Uint8Array) => void,
  mustSee: boolean,
): Promise<string> {
  const [only] = parts
  if (parts.length === 1 && only !== undefined && !mustSee) return blobs.adopt(blobs.pathOf(only.blobId), 'link')
  // One buffer for all: each chunk is written before the next is read.
  const buffer = Buffer.allocUnsafe(COPY_CHUNK_BYTES)
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      const file = await open(blobs.pathOf(part.blobId), 'r')
      try {
        for (;;) {
          const { bytesRead } = await file.read(buffer, 0, buffer.length)
          if (bytesRead === 0) break
          const chunk = buffer.subarray(0, bytesRead)
          see(chunk)
          yield chunk
        }
      } finally {
        await file.close()
      }
    }
  }
  return blobs.write(bytes())
}

/** Of the whole object, or composed: the checksum of the parts' checksums with their count behind it. */
function checksumsOf(
  parts: readonly PartRow[],
  name: ChecksumName | undefined,
  whole: string | undefined,
): Record<string, string> {
  if (name === undefined) return {}
  if (whole !== undefined) return { [name]: whole }
  const ofParts = parts.map((part) => part.checksums[name])
  if (ofParts.some((value) => value === undefined)) return {}
  const composite = createChecksum(name)
  for (const value of ofParts) composite.update(Buffer.from(value ?? '', 'base64'))
  return { [name]: `${composite.digest()}-${parts.length}` }
}

function checkDeclaredChecksum(
  { request }: S3Call,
  name: ChecksumName | undefined,
  checksums: Readonly<Record<string, string>>,
  discard: () => void,
): void {
  const declared = name === undefined ? undefined : request.header(`x-amz-checksum-${name}`)
  if (name === undefined || declared === undefined || declared === checksums[name]) return
  discard()
  throw new AwsError('BadDigest', 400, `The ${name.toUpperCase()} you specified did not match the calculated checksum.`)
}
