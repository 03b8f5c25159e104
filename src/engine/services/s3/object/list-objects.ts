import { encodeRfc3986 } from '../../../auth/sigv4.ts'
import { element, XML_HEADER } from '../../../wire/xml.ts'
import type { ObjectRow, ObjectTable } from '../object-table.ts'
import { invalidArgument, requireBucket } from '../s3-errors.ts'
import { bucketArn, type S3Call, type S3Operation } from '../s3-operation.ts'

const MAX_KEYS = 1000

interface Listing {
  readonly objects: readonly ObjectRow[]
  readonly commonPrefixes: readonly string[]
  readonly isTruncated: boolean
  /** Last key or common prefix given. */
  readonly last: string
}

/**
 * One page of keys in UTF-8 order; keys that share a part up to `delimiter` after the prefix become one common prefix.
 */
function listPage(
  table: ObjectTable,
  bucket: string,
  query: { readonly prefix: string; readonly delimiter: string; readonly after: string; readonly limit: number },
): Listing {
  const { prefix, delimiter, limit } = query
  const objects: ObjectRow[] = []
  const commonPrefixes: string[] = []
  let after = query.after
  let last = after
  const groupOf = (key: string): string | undefined => {
    if (delimiter === '') return undefined
    const end = key.indexOf(delimiter, prefix.length)
    return end < 0 ? undefined : key.slice(0, end + delimiter.length)
  }
  // A page that ended with a common prefix goes on after all of its keys.
  if (after !== '' && groupOf(after) === after) after = `${after}\u{10ffff}`
  for (;;) {
    const rows = table.page(bucket, prefix, after, MAX_KEYS)
    let jumped = false
    for (const row of rows) {
      if (objects.length + commonPrefixes.length >= limit) return { objects, commonPrefixes, isTruncated: true, last }
      const group = groupOf(row.key)
      if (group === undefined) {
        objects.push(row)
        last = after = row.key
        continue
      }
      commonPrefixes.push(group)
      last = group
      // On past the group in one step, instead of reading all of its keys.
      after = `${group}\u{10ffff}`
      jumped = true
      break
    }
    if (!jumped && rows.length < MAX_KEYS) return { objects, commonPrefixes, isTruncated: false, last }
  }
}

/** ListObjectsV2. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjectsV2: S3Operation = {
  permissions: listPermissions,
  handle(call) {
    const { request, bucket } = call
    if (request.parameter('list-type') !== '2') {
      throw invalidArgument(
        'Invalid List Type specified in Query String',
        'list-type',
        request.parameter('list-type') ?? '',
      )
    }
    requireBucket(call)
    const query = queryOf(call)
    const token = request.parameter('continuation-token')
    const startAfter = request.parameter('start-after')
    const after = token === undefined ? (startAfter ?? '') : decodeToken(token)
    const page = query.limit === 0 ? EMPTY : listPage(call.objects.table, bucket, { ...query, after })
    const count = page.objects.length + page.commonPrefixes.length
    const content = [
      element('Name', bucket),
      element('Prefix', query.encode(query.prefix)),
      element('KeyCount', count),
      element('MaxKeys', query.limit),
      query.delimiter === '' ? '' : element('Delimiter', query.encode(query.delimiter)),
      element('IsTruncated', page.isTruncated),
      element('EncodingType', query.encodingType),
      element('ContinuationToken', token),
      page.isTruncated ? element('NextContinuationToken', encodeToken(page.last)) : '',
      startAfter === undefined ? '' : element('StartAfter', query.encode(startAfter)),
      contents(page, query.encode),
    ]
    return { body: resultOf(content) }
  },
}

/** ListObjects, the older form. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const listObjects: S3Operation = {
  permissions: listPermissions,
  handle(call) {
    const { request, bucket } = call
    requireBucket(call)
    const query = queryOf(call)
    const marker = request.parameter('marker') ?? ''
    const page = query.limit === 0 ? EMPTY : listPage(call.objects.table, bucket, { ...query, after: marker })
    const content = [
      element('Name', bucket),
      element('Prefix', query.encode(query.prefix)),
      element('Marker', query.encode(marker)),
      element('MaxKeys', query.limit),
      query.delimiter === '' ? '' : element('Delimiter', query.encode(query.delimiter)),
      element('IsTruncated', page.isTruncated),
      element('EncodingType', query.encodingType),
      page.isTruncated && query.delimiter !== '' ? element('NextMarker', query.encode(page.last)) : '',
      contents(page, query.encode),
    ]
    return { body: resultOf(content) }
  },
}

const EMPTY: Listing = { objects: [], commonPrefixes: [], isTruncated: false, last: '' }

function listPermissions({ bucket, request }: S3Call) {
  const [prefix, delimiter] = [request.parameter('prefix') ?? '', request.parameter('delimiter')]
  const context = {
    's3:prefix': prefix,
    's3:max-keys': request.parameter('max-keys') ?? String(MAX_KEYS),
    ...(delimiter !== undefined && { 's3:delimiter': delimiter }),
  }
  return [{ action: 's3:ListBucket', resource: bucketArn(bucket), context }]
}

function queryOf({ request }: S3Call) {
  const maxKeys = request.parameter('max-keys') ?? String(MAX_KEYS)
  if (!/^\d{1,9}$/.test(maxKeys))
    throw invalidArgument('Provided max-keys not an integer or within integer range', 'max-keys', maxKeys)
  const encodingType = request.parameter('encoding-type')
  if (encodingType !== undefined && encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType)
  }
  return {
    prefix: request.parameter('prefix') ?? '',
    delimiter: request.parameter('delimiter') ?? '',
    limit: Math.min(Number(maxKeys), MAX_KEYS),
    encodingType,
    encode: (key: string) => (encodingType === 'url' ? encodeRfc3986(key, true) : key),
  }
}

function contents(page: Listing, encode: (key: string) => string): string {
  const objects = page.objects.map((row) => {
    const checksums = Object.keys(row.attributes.checksums).map((name) =>
      element('ChecksumAlgorithm', name.toUpperCase()),
    )
    const members = [
      element('Key', encode(row.key)),
      element('LastModified', new Date(row.modifiedMs).toISOString()),
      element('ETag', `"${row.etag}"`),
      ...checksums,
      element('Size', row.sizeBytes),
      element('StorageClass', 'STANDARD'),
    ]
    return `<Contents>${members.join('')}</Contents>`
  })
  const prefixes = page.commonPrefixes.map(
    (prefix) => `<CommonPrefixes>${element('Prefix', encode(prefix))}</CommonPrefixes>`,
  )
  return objects.join('') + prefixes.join('')
}

function resultOf(content: readonly string[]): string {
  return `${XML_HEADER}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</ListBucketResult>`
}

const encodeToken = (key: string): string => Buffer.from(key).toString('base64url')

function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8')
  if (encodeToken(key) !== token)
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token)
  return key
}
