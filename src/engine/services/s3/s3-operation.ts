import type { Engine } from '../../engine.ts'
import type { Principal } from '../../auth/principal.ts'
import type { Permission } from '../../wire/operation.ts'
import type { WireRequest } from '../../wire/http-request.ts'
import type { IncomingBody } from './incoming-body.ts'
import type { MultipartTable } from './multipart/multipart-table.ts'
import type { StoredObjects } from './stored-objects.ts'

/** One authenticated request to S3, its target taken apart. */
export interface S3Call {
  readonly engine: Engine
  readonly objects: StoredObjects
  readonly uploads: MultipartTable
  readonly principal: Principal
  readonly request: WireRequest
  readonly requestId: string
  /** Empty when the request is about no bucket. */
  readonly bucket: string
  /** Empty when the request is about no object. */
  readonly key: string
  readonly body: IncomingBody
  /** Writes the call's row in the audit trail, in the transaction at hand. Written once, after the operation at the latest. */
  readonly recordDone: () => void
}

export interface S3Answer {
  /** @default 200 */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** XML text, bytes, or a stream of bytes; `headers` then carries its length. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** One operation of S3. Unlike other services', its input is the request itself, as bodies stream. */
export interface S3Operation {
  permissions(call: S3Call): readonly Permission[]
  handle(call: S3Call): Promise<S3Answer> | S3Answer
}

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`
export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`

/** The permission that most operations need: one action on the bucket, or on the object. */
export const onBucket = (action: string) => (call: S3Call) => [
  { action: `s3:${action}`, resource: bucketArn(call.bucket) },
]
export const onObject = (action: string) => (call: S3Call) => [
  { action: `s3:${action}`, resource: objectArn(call.bucket, call.key) },
]
