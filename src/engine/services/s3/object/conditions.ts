import { AwsError } from '../../../wire/aws-error.ts'
import type { WireRequest } from '../../../wire/http-request.ts'
import type { ObjectRow } from '../object-table.ts'
import { noSuchKey, preconditionFailed } from '../s3-errors.ts'

/** Header names of the four conditions; a copy has its own for the source. */
export interface ConditionHeaders {
  readonly match: string
  readonly noneMatch: string
  readonly modifiedSince: string
  readonly unmodifiedSince: string
}

export const READ_CONDITIONS: ConditionHeaders = {
  match: 'if-match',
  noneMatch: 'if-none-match',
  modifiedSince: 'if-modified-since',
  unmodifiedSince: 'if-unmodified-since',
}

export const COPY_CONDITIONS: ConditionHeaders = {
  match: 'x-amz-copy-source-if-match',
  noneMatch: 'x-amz-copy-source-if-none-match',
  modifiedSince: 'x-amz-copy-source-if-modified-since',
  unmodifiedSince: 'x-amz-copy-source-if-unmodified-since',
}

/**
 * Checks the conditions of a read. An ETag outranks a date.
 *
 * @throws AwsError `PreconditionFailed` 412, `NotModified` 304
 * @source RFC 9110, section 13.2.2
 */
export function checkRead(row: ObjectRow, request: WireRequest, names: ConditionHeaders): void {
  const [match, noneMatch] = [request.header(names.match), request.header(names.noneMatch)]
  const modified = Math.floor(row.modifiedMs / 1000) * 1000
  if (match !== undefined) {
    if (!matchesEtag(match, row.etag)) throw preconditionFailed('If-Match')
  } else if (modified > dateOf(request.header(names.unmodifiedSince), Number.POSITIVE_INFINITY)) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  if (noneMatch !== undefined) {
    if (matchesEtag(noneMatch, row.etag)) throw notModified(names, 'If-None-Match')
  } else if (modified <= dateOf(request.header(names.modifiedSince), Number.NEGATIVE_INFINITY)) {
    throw notModified(names, 'If-Modified-Since')
  }
}

/**
 * Checks the conditions of a write against what is there when it becomes visible.
 *
 * @throws AwsError `PreconditionFailed`, `NoSuchKey` when `If-Match` finds nothing
 */
export function checkWrite(existing: ObjectRow | undefined, request: WireRequest, key: string): void {
  const [match, noneMatch] = [request.header('if-match'), request.header('if-none-match')]
  if (noneMatch !== undefined) {
    if (noneMatch !== '*') {
      throw new AwsError(
        'NotImplemented',
        501,
        'A header you provided implies functionality that is not implemented: If-None-Match takes only *',
      )
    }
    if (existing !== undefined) throw preconditionFailed('If-None-Match')
  }
  if (match === undefined) return
  if (existing === undefined) throw noSuchKey(key)
  if (!matchesEtag(match, existing.etag)) throw preconditionFailed('If-Match')
}

function matchesEtag(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const bare = part.trim().replace(/^W\//, '').replace(/^"|"$/g, '')
    return bare === '*' || bare === etag
  })
}

function notModified(names: ConditionHeaders, condition: string): AwsError {
  return names === READ_CONDITIONS ? new AwsError('NotModified', 304, 'Not Modified') : preconditionFailed(condition)
}

function dateOf(header: string | undefined, otherwise: number): number {
  const time = header === undefined ? Number.NaN : Date.parse(header)
  return Number.isNaN(time) ? otherwise : time
}
