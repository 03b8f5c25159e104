import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { type Json, parseJson } from '../../core/json.ts'
import { joinS3, parseS3Uri } from '../../core/s3-uri.ts'

/** One object as a listing shows it. */
export interface Listed {
  /** Relative to the folder. */
  readonly key: string
  readonly etag: string
  readonly sizeBytes: number
}

/** On what condition an object is written. */
export type When = { readonly absent: true } | { readonly etag: string } | undefined

/** Small JSON documents below one prefix, written on conditions: the state that several servers share without a database. */
export interface S3Folder {
  readonly uri: string
  list(prefix: string): Promise<readonly Listed[]>
  /** @returns undefined when it is not there */
  read(key: string): Promise<{ readonly value: Json; readonly etag: string } | undefined>
  /**
   * @param value undefined writes an empty object, which a listing tells apart by its size
   * @returns the new ETag, or undefined when the condition did not hold; nothing was written then
   * @throws SkyloopError `label.source-unreachable` when S3 could not be reached
   */
  write(key: string, value: unknown, when?: When): Promise<string | undefined>
  writeText(key: string, text: string, contentType: string): Promise<void>
}

export function openFolder(s3: S3Client, uri: string): S3Folder {
  const { bucket, key: base } = parseS3Uri(uri)
  const full = (key: string): string => (base === '' ? key : `${base.replace(/\/+$/, '')}/${key}`)
  const start = full('').length
  return {
    uri,
    list: async (prefix) => {
      const found: Listed[] = []
      let token: string | undefined
      do {
        const page = await reaching(() =>
          s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: full(prefix), ContinuationToken: token })),
        )
        for (const { Key, ETag, Size } of page.Contents ?? []) {
          if (Key !== undefined) found.push({ key: Key.slice(start), etag: ETag ?? '', sizeBytes: Size ?? 0 })
        }
        token = page.NextContinuationToken
      } while (token !== undefined)
      return found
    },
    read: async (key) => {
      try {
        const object = await reaching(() => s3.send(new GetObjectCommand({ Bucket: bucket, Key: full(key) })))
        const text = (await object.Body?.transformToString('utf-8')) ?? ''
        return { value: text === '' ? null : parseJson(text, joinS3(uri, key)), etag: object.ETag ?? '' }
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },
    write: async (key, value, when) => {
      try {
        const { ETag } = await reaching(() =>
          s3.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: full(key),
              // The SDK takes an empty body without a length for a stream.
              ...(value === undefined ? { Body: '', ContentLength: 0 } : { Body: JSON.stringify(value) }),
              ContentType: 'application/json',
              ...(when === undefined ? {} : 'absent' in when ? { IfNoneMatch: '*' } : { IfMatch: when.etag }),
            }),
          ),
        )
        return ETag ?? ''
      } catch (error) {
        if (when !== undefined && isConditionFailed(error)) return undefined
        throw error
      }
    },
    writeText: async (key, text, contentType) => {
      await reaching(() =>
        s3.send(new PutObjectCommand({ Bucket: bucket, Key: full(key), Body: text, ContentType: contentType })),
      )
    },
  }
}

/** 412: the condition does not hold; 409: another conditional write was under way; 404: what `If-Match` names is gone. */
function isConditionFailed(error: unknown): boolean {
  return error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0)
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'TimeoutError'])

/** Tells apart "S3 said no" and "nobody answered"; the second may be tried again. */
export async function reaching<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const codes = [codeOf(error), codeOf(cause), error instanceof Error ? error.name : undefined]
    const isServerFault = error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 0) >= 500
    if (!isServerFault && !codes.some((code) => code !== undefined && UNREACHABLE.has(code))) throw error
    throw new SkyloopError({
      code: 'label.source-unreachable',
      fault: 'machine',
      message: `S3 does not answer: ${error instanceof Error ? error.message || error.name : String(error)}`,
      hint: 'nothing is lost; it is tried again',
      cause: error,
    })
  }
}
