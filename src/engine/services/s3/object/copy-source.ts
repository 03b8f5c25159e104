import type { Permission } from '../../../wire/operation.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import type { ObjectRow } from '../object-table.ts'
import { invalidArgument, requireObject } from '../s3-errors.ts'
import { objectArn, type S3Call } from '../s3-operation.ts'
import { checkRead, COPY_CONDITIONS } from './conditions.ts'

/** Bucket and key of the header `x-amz-copy-source`, `[/]bucket/key`, percent-encoded. */
export function copySourceOf({ request }: S3Call): { readonly bucket: string; readonly key: string } {
  const header = request.header('x-amz-copy-source') ?? ''
  const [path = '', version] = header.split('?versionId=', 2)
  if (version !== undefined && version !== 'null') {
    throw new AwsError('NotImplemented', 501, 'Object versions are not implemented by this engine')
  }
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header,
    )
  }
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decoded)
  if (match === null) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header,
    )
  }
  return { bucket: match[1] as string, key: match[2] as string }
}

/** Reading the source and writing the target are both asked. */
export function copyPermissions(call: S3Call): Permission[] {
  const source = copySourceOf(call)
  return [
    { action: 's3:GetObject', resource: objectArn(source.bucket, source.key) },
    { action: 's3:PutObject', resource: objectArn(call.bucket, call.key) },
  ]
}

/** The source as it is, its conditions checked. */
export function readCopySource(call: S3Call): ObjectRow {
  const { bucket, key } = copySourceOf(call)
  const row = requireObject(call, bucket, key)
  checkRead(row, call.request, COPY_CONDITIONS)
  return row
}
