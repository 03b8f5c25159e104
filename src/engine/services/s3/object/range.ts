import { AwsError } from '../../../wire/aws-error.ts'

/** Bytes of an object, both ends included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads a `Range` header. Several ranges, and units other than bytes, are ignored, as S3 ignores them.
 *
 * @throws AwsError `InvalidRange` 416 when it begins after the end
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  const [first, last] = [match[1] as string, match[2] as string]
  const range =
    first === ''
      ? { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes - 1 }
      : { start: Number(first), end: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) }
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  if (range.start >= sizeBytes || (first === '' && Number(last) === 0)) {
    throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
      RangeRequested: header,
      ActualObjectSize: String(sizeBytes),
    })
  }
  return range
}
