import { AwsError } from '../../wire/aws-error.ts'
import type { WireRequest } from '../../wire/http-request.ts'
import type { S3OperationName } from './operations.ts'

export interface S3Target {
  readonly bucket: string
  readonly key: string
}

/** Host names under which a leading label is a bucket: `bucket.localhost`, `bucket.s3.us-east-1.amazonaws.com`. */
const VIRTUAL_HOST =
  /^(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?:s3[.-][a-z0-9.-]*|s3|localhost|127\.0\.0\.1\.nip\.io)(?::\d+)?$/

const MAX_KEY_BYTES = 1024

/** Bucket and key of a request, path style or virtual-host style. @throws AwsError `InvalidURI`, `KeyTooLongError` */
export function targetOf(request: WireRequest): S3Target {
  const host = request.header('host') ?? ''
  const hostBucket = host.startsWith('s3.') ? undefined : VIRTUAL_HOST.exec(host)?.groups?.['bucket']
  const path = request.path.slice(1)
  const slash = path.indexOf('/')
  const [rawBucket, rawKey] =
    hostBucket !== undefined
      ? [hostBucket, path]
      : slash < 0
        ? [path, '']
        : [path.slice(0, slash), path.slice(slash + 1)]
  try {
    const key = decodeURIComponent(rawKey)
    if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
      throw new AwsError('KeyTooLongError', 400, 'Your key is too long', { MaxSizeAllowed: String(MAX_KEY_BYTES) })
    }
    return { bucket: decodeURIComponent(rawBucket), key }
  } catch (error) {
    if (error instanceof AwsError) throw error
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.")
  }
}

interface Route {
  readonly on: 'service' | 'bucket' | 'object'
  readonly method: string
  /** Query parameter that must be there. */
  readonly parameter?: string
  /** Header that must be there. */
  readonly header?: string
  readonly operation: S3OperationName
}

/** First match wins: routes with a parameter stand before those without. */
const ROUTES: readonly Route[] = [
  { on: 'service', method: 'GET', operation: 'ListBuckets' },
  { on: 'bucket', method: 'GET', parameter: 'location', operation: 'GetBucketLocation' },
  { on: 'bucket', method: 'GET', parameter: 'policy', operation: 'GetBucketPolicy' },
  { on: 'bucket', method: 'PUT', parameter: 'policy', operation: 'PutBucketPolicy' },
  { on: 'bucket', method: 'DELETE', parameter: 'policy', operation: 'DeleteBucketPolicy' },
  { on: 'bucket', method: 'GET', parameter: 'tagging', operation: 'GetBucketTagging' },
  { on: 'bucket', method: 'PUT', parameter: 'tagging', operation: 'PutBucketTagging' },
  { on: 'bucket', method: 'DELETE', parameter: 'tagging', operation: 'DeleteBucketTagging' },
  { on: 'bucket', method: 'GET', parameter: 'versioning', operation: 'GetBucketVersioning' },
  { on: 'bucket', method: 'GET', parameter: 'uploads', operation: 'ListMultipartUploads' },
  { on: 'bucket', method: 'GET', parameter: 'list-type', operation: 'ListObjectsV2' },
  { on: 'bucket', method: 'POST', parameter: 'delete', operation: 'DeleteObjects' },
  { on: 'bucket', method: 'GET', operation: 'ListObjects' },
  { on: 'bucket', method: 'HEAD', operation: 'HeadBucket' },
  { on: 'bucket', method: 'PUT', operation: 'CreateBucket' },
  { on: 'bucket', method: 'DELETE', operation: 'DeleteBucket' },
  { on: 'object', method: 'GET', parameter: 'tagging', operation: 'GetObjectTagging' },
  { on: 'object', method: 'PUT', parameter: 'tagging', operation: 'PutObjectTagging' },
  { on: 'object', method: 'DELETE', parameter: 'tagging', operation: 'DeleteObjectTagging' },
  { on: 'object', method: 'GET', parameter: 'uploadId', operation: 'ListParts' },
  { on: 'object', method: 'POST', parameter: 'uploads', operation: 'CreateMultipartUpload' },
  { on: 'object', method: 'PUT', parameter: 'uploadId', header: 'x-amz-copy-source', operation: 'UploadPartCopy' },
  { on: 'object', method: 'PUT', parameter: 'uploadId', operation: 'UploadPart' },
  { on: 'object', method: 'POST', parameter: 'uploadId', operation: 'CompleteMultipartUpload' },
  { on: 'object', method: 'DELETE', parameter: 'uploadId', operation: 'AbortMultipartUpload' },
  { on: 'object', method: 'PUT', header: 'x-amz-copy-source', operation: 'CopyObject' },
  { on: 'object', method: 'PUT', operation: 'PutObject' },
  { on: 'object', method: 'GET', operation: 'GetObject' },
  { on: 'object', method: 'HEAD', operation: 'HeadObject' },
  { on: 'object', method: 'DELETE', operation: 'DeleteObject' },
]

/** Sub-resources of S3 that are refused by name; without this they would look like the plain operation. */
const REFUSED =
  'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging metadataTable metrics notification object-lock ownershipControls policyStatus publicAccessBlock renameObject replication requestPayment restore retention select session torrent versionId versions website'.split(
    ' ',
  )

/** @throws AwsError `NotImplemented` naming the method and the sub-resource */
export function routeOf(request: WireRequest, target: S3Target): S3OperationName {
  const on = target.bucket === '' ? 'service' : target.key === '' ? 'bucket' : 'object'
  const parameters = new Set(request.query.map(([name]) => name))
  const refused = REFUSED.find((name) => parameters.has(name))
  const route = ROUTES.find(
    (candidate) =>
      candidate.on === on &&
      candidate.method === request.method &&
      (candidate.parameter === undefined || parameters.has(candidate.parameter)) &&
      (candidate.header === undefined || request.header(candidate.header) !== undefined),
  )
  // A put that only sets tagging also carries no refused parameter; `tagging` comes first where both stand.
  const isPutWithVersioning = request.method === 'PUT' && on === 'bucket' && parameters.has('versioning')
  if (refused !== undefined || route === undefined || isPutWithVersioning) {
    const what = refused ?? [...parameters].join('&')
    throw new AwsError(
      'NotImplemented',
      501,
      `${request.method} ${on}${what === '' ? '' : ` with ?${what}`} of service s3 is not implemented by Skyloop's engine`,
    )
  }
  return route.operation
}
