import { parseS3Uri, type S3Location } from '../../../core/s3-uri.ts'
import { SkyloopError } from '../../../core/errors.ts'
import { UsageError } from '../../failure.ts'

/** Reads an argument that must be an S3 URI. @throws UsageError `core.s3-uri` */
export function s3Argument(text: string): S3Location {
  try {
    return parseS3Uri(text)
  } catch (error) {
    if (!(error instanceof SkyloopError)) throw error
    throw new UsageError({ code: error.code, message: error.message, hint: error.hint ?? 'write s3://bucket/key' })
  }
}

/** Reads an argument that must name one object. @throws UsageError `cli.s3-object` */
export function objectArgument(text: string): { readonly bucket: string; readonly fullKey: string } {
  const { bucket, key } = s3Argument(text)
  if (key !== '' && !key.endsWith('/')) return { bucket, fullKey: key }
  throw new UsageError({
    code: 'cli.s3-object',
    message: `${text} names a bucket or folder, not an object`,
    hint: 'for all that lies under it use `skyloop s3 sync` or `skyloop s3 remove`',
  })
}

/** A target that ends with a slash, or is a bucket, keeps the source's name. */
export function targetObject(text: string, name: string): { readonly bucket: string; readonly fullKey: string } {
  const { bucket, key } = s3Argument(text)
  return { bucket, fullKey: key === '' || key.endsWith('/') ? key + name : key }
}
