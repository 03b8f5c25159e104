import { AwsError } from '../../../wire/aws-error.ts'
import type { WireRequest } from '../../../wire/http-request.ts'
import { PLAIN_ATTRIBUTES, type KeptHeader, type ObjectAttributes, type ObjectRow } from '../object-table.ts'
import { parseTaggingHeader } from '../tag-set.ts'

const KEPT_HEADERS: readonly KeptHeader[] = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]
const META_PREFIX = 'x-amz-meta-'
/** S3's limit for the names and values of user metadata together. */
const MAX_METADATA_BYTES = 2048

/** What the headers of a put, copy or upload say about the object to be. */
export function attributesOf(request: WireRequest): ObjectAttributes {
  const headers: Partial<Record<KeptHeader, string>> = {}
  for (const name of KEPT_HEADERS) {
    const value = request.header(name)
    // `aws-chunked` belongs to the transfer, not to the object.
    const kept =
      name === 'content-encoding' ? value?.replace(/(^|,\s*)aws-chunked(\s*,\s*|$)/, '$1').replace(/,\s*$/, '') : value
    if (kept !== undefined && kept !== '') headers[name] = kept
  }
  const metadata: Record<string, string> = {}
  let metadataBytes = 0
  for (const [name, value] of Object.entries(request.message.headers)) {
    if (!name.startsWith(META_PREFIX) || value === undefined) continue
    metadata[name.slice(META_PREFIX.length)] = String(value)
    metadataBytes += Buffer.byteLength(name) - META_PREFIX.length + Buffer.byteLength(String(value))
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw new AwsError('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size')
  }
  return {
    ...PLAIN_ATTRIBUTES,
    contentType: request.header('content-type') || PLAIN_ATTRIBUTES.contentType,
    headers,
    metadata,
    tags: parseTaggingHeader(request.header('x-amz-tagging')),
  }
}

/** Headers of an answer that describe an object, its length left out. */
export function objectHeaders(row: ObjectRow, withChecksums: boolean): Record<string, string> {
  const { contentType, headers, metadata, checksums, checksumType, tags } = row.attributes
  const meta = Object.entries(metadata).map(([name, value]) => [META_PREFIX + name, value] as const)
  return {
    'content-type': contentType,
    ...headers,
    ...Object.fromEntries(meta),
    etag: `"${row.etag}"`,
    'last-modified': new Date(row.modifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
    ...(tags.length > 0 && { 'x-amz-tagging-count': String(tags.length) }),
    ...(row.partSizes.length > 0 && { 'x-amz-mp-parts-count': String(row.partSizes.length) }),
    ...(withChecksums && checksumHeaders(checksums, checksumType)),
  }
}

export function checksumHeaders(
  checksums: ObjectAttributes['checksums'],
  type?: ObjectAttributes['checksumType'],
): Record<string, string> {
  const entries = Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value] as const)
  return {
    ...Object.fromEntries(entries),
    ...(entries.length > 0 && type !== undefined && { 'x-amz-checksum-type': type }),
  }
}
