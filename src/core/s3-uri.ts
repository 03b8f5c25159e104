import { SkyloopError } from './errors.ts'

export interface S3Location {
  readonly bucket: string
  /** Object key or key prefix; empty for the whole bucket. */
  readonly key: string
}

/** @throws SkyloopError `core.s3-uri` when the text is not `s3://bucket[/key]` */
export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri)
  if (!match) {
    throw new SkyloopError({ code: 'core.s3-uri', message: `not an S3 URI: "${uri}"`, hint: 'write s3://bucket/key' })
  }
  return { bucket: match[1] as string, key: match[2] ?? '' }
}

/** Joins key parts with single slashes: `joinS3('s3://b/a/', 'c')` is `s3://b/a/c`. */
export function joinS3(base: string, ...parts: readonly string[]): string {
  return [base.replace(/\/+$/, ''), ...parts.map((part) => part.replace(/^\/+|\/+$/g, ''))].join('/')
}
