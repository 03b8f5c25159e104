import { createReadStream, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { AwsError } from '../../../wire/aws-error.ts'
import type { ObjectRow } from '../object-table.ts'
import { invalidArgument, noSuchKey, requireBucket } from '../s3-errors.ts'
import { bucketArn, onObject, type S3Answer, type S3Call, type S3Operation } from '../s3-operation.ts'
import { objectHeaders } from './attributes.ts'
import { checkRead, READ_CONDITIONS } from './conditions.ts'
import { parseRange, type ByteRange } from './range.ts'

const READ_CHUNK_BYTES = 256 * 1024
/** Up to this size, reading at once is quicker than a stream by an order of magnitude. */
const SMALL_BYTES = 64 * 1024

/** GetObject. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const getObject: S3Operation = {
  permissions: onObject('GetObject'),
  async handle(call) {
    const { row, range, ...answer } = describe(call)
    if (row.sizeBytes === 0) return answer
    const path = call.objects.blobs.pathOf(row.blobId)
    if (row.sizeBytes <= SMALL_BYTES) {
      const bytes = readFileSync(path)
      return { ...answer, body: range === undefined ? bytes : bytes.subarray(range.start, range.end + 1) }
    }
    // Opened before the answer begins: an object that is replaced meanwhile is still read whole.
    const file = await open(path, 'r')
    const body = createReadStream('', { fd: file, highWaterMark: READ_CHUNK_BYTES, ...range })
    return { ...answer, body }
  },
}

/** HeadObject. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export const headObject: S3Operation = {
  permissions: onObject('GetObject'),
  handle: (call) => {
    const { status, headers } = describe(call)
    return { status, headers }
  },
}

function describe(call: S3Call): S3Answer & { readonly row: ObjectRow; readonly range: ByteRange | undefined } {
  const { request } = call
  const row = findObject(call)
  checkRead(row, request, READ_CONDITIONS)
  const part = partRange(row, request.parameter('partNumber'))
  const range = part ?? parseRange(request.header('range'), row.sizeBytes)
  const length = range === undefined ? row.sizeBytes : range.end - range.start + 1
  // The checksum is of the whole object, so it is given only with the whole.
  const withChecksums = request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && range === undefined
  return {
    row,
    range,
    status: range === undefined ? 200 : 206,
    headers: {
      ...objectHeaders(row, withChecksums),
      ...overrides(call),
      'content-length': String(length),
      ...(range !== undefined && { 'content-range': `bytes ${range.start}-${range.end}/${row.sizeBytes}` }),
    },
  }
}

/** Who may not list the bucket does not learn whether a key exists. */
function findObject(call: S3Call): ObjectRow {
  const { bucket, key, objects, engine, principal } = call
  const row = objects.table.object(bucket, key)
  if (row !== undefined) return row
  requireBucket(call)
  engine.authorize(principal, [{ action: 's3:ListBucket', resource: bucketArn(bucket) }])
  throw noSuchKey(key)
}

function partRange(row: ObjectRow, text: string | undefined): ByteRange | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  const sizes = row.partSizes.length === 0 ? [row.sizeBytes] : row.partSizes
  if (!Number.isInteger(number) || number < 1)
    throw invalidArgument('partNumber must be a positive integer', 'partNumber', text)
  const size = sizes[number - 1]
  if (size === undefined) {
    throw new AwsError('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable', {
      PartNumberRequested: text,
    })
  }
  const start = sizes.slice(0, number - 1).reduce((sum, inner) => sum + inner, 0)
  return size === 0 ? undefined : { start, end: start + size - 1 }
}

const OVERRIDES = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
]

/** `response-content-type` and its like, which presigned links use. */
function overrides({ request }: S3Call): Record<string, string> {
  const found = OVERRIDES.map((name) => [name, request.parameter(`response-${name}`)] as const)
  return Object.fromEntries(found.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
}
