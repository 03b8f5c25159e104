import type { Principal } from './principal.ts'
import { authenticationError, type AuthenticationFailure, type Dialect } from './authentication-error.ts'
import {
  ALGORITHM,
  canonicalRequest,
  equalSignatures,
  signatureOf,
  signingKey,
  UNSIGNED_PAYLOAD,
  type Scope,
  type SignedRequest,
} from './sigv4.ts'

/** A signature as it stands in the `Authorization` header or in a presigned query. */
export interface PresentedSignature {
  readonly accessKeyId: string
  readonly scope: Scope
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ` */
  readonly timestamp: string
  readonly sessionToken: string | undefined
  /** Life of a presigned URL; undefined for a signed header. */
  readonly expiresSeconds: number | undefined
}

/** Finds the secret of an access key. */
export interface KeyLookup {
  find(accessKeyId: string, sessionToken: string | undefined): KeyResult
}

export type KeyResult =
  | { readonly secretAccessKey: string; readonly principal: Principal }
  | { readonly failure: 'unknown-key' | 'invalid-token' | 'expired-token' }

/** A caller whose signature held, with what is needed to check the chunks of a streamed body. */
export interface Verified {
  readonly principal: Principal
  readonly accessKeyId: string
  readonly scope: Scope
  readonly timestamp: string
  readonly signature: string
  readonly signingKey: Buffer
}

/** @throws AwsError when there is none, or it cannot be read */
export function presentedSignature(request: SignedRequest, dialect: Dialect): PresentedSignature {
  const refuse = (failure: AuthenticationFailure): never => {
    throw authenticationError(failure, dialect)
  }
  const malformed = (detail: string): never => refuse({ cause: 'malformed', detail })
  const authorization = request.header('authorization')
  if (authorization === undefined) {
    const query = new Map(request.query.map(([name, value]) => [name, safeDecode(value)]))
    // Signature version 2, which boto3 still uses for presigned URLs unless told `signature_version='s3v4'`, and 4A.
    const isOther = query.has('AWSAccessKeyId') || query.has('X-Amz-Algorithm')
    if (query.get('X-Amz-Algorithm') !== ALGORITHM) return refuse({ cause: isOther ? 'unsupported' : 'missing' })
    const expiresSeconds = Number(query.get('X-Amz-Expires') ?? Number.NaN)
    if (!(expiresSeconds >= 1 && expiresSeconds <= 604_800)) {
      return malformed('X-Amz-Expires must be between 1 and 604800 seconds')
    }
    const [accessKeyId, scope] =
      splitCredential(query.get('X-Amz-Credential') ?? '') ?? malformed('X-Amz-Credential is malformed')
    return {
      accessKeyId,
      scope,
      signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
      signature: query.get('X-Amz-Signature') ?? '',
      timestamp: query.get('X-Amz-Date') ?? '',
      sessionToken: query.get('X-Amz-Security-Token'),
      expiresSeconds,
    }
  }
  if (!authorization.startsWith(`${ALGORITHM} `)) return refuse({ cause: 'unsupported' })
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]+)\s*$/.exec(
      authorization,
    )
  if (match === null) {
    return malformed(
      'Authorization header requires the AWS4-HMAC-SHA256 algorithm with Credential, SignedHeaders and Signature parameters.',
    )
  }
  const [, credential, headers, signature] = match as unknown as [string, string, string, string]
  const [accessKeyId, scope] = splitCredential(credential) ?? malformed(`Credential "${credential}" is malformed`)
  const timestamp = request.header('x-amz-date') ?? compactDate(request.header('date'))
  if (timestamp === undefined) return malformed('Authorization header requires an X-Amz-Date or Date header')
  const sessionToken = request.header('x-amz-security-token')
  return {
    accessKeyId,
    scope,
    signedHeaders: headers.split(';'),
    signature,
    timestamp,
    sessionToken,
    expiresSeconds: undefined,
  }
}

/**
 * Checks a signature against the keys that the engine issued.
 *
 * @param payloadHash SHA-256 of the body that was read, or the literal that S3 clients declare instead
 * @throws AwsError in the words of `dialect`
 */
export function verifySignature(
  request: SignedRequest,
  presented: PresentedSignature,
  payloadHash: string,
  keys: KeyLookup,
  now: Date,
  dialect: Dialect,
): Verified {
  const refuse = (failure: AuthenticationFailure): never => {
    throw authenticationError(failure, dialect)
  }
  const { accessKeyId, scope, timestamp, signature } = presented
  const time = parseCompactDate(timestamp)
  if (time === undefined || !timestamp.startsWith(scope.date)) {
    return refuse({
      cause: 'malformed',
      detail: 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date',
    })
  }
  checkTime(presented, time, now, dialect)
  if (!presented.signedHeaders.includes('host')) {
    return refuse({ cause: 'malformed', detail: "'Host' must be a signed header" })
  }
  const found = keys.find(accessKeyId, presented.sessionToken)
  if ('failure' in found) return refuse({ cause: found.failure, accessKeyId })
  const key = cachedSigningKey(found.secretAccessKey, scope)
  const hash = presented.expiresSeconds !== undefined && dialect === 's3' ? UNSIGNED_PAYLOAD : payloadHash
  const canonical = canonicalRequest(request, presented.signedHeaders, hash, dialect === 's3')
  if (!equalSignatures(signatureOf(key, timestamp, scope, canonical), signature)) {
    return refuse({ cause: 'wrong-signature', canonicalRequest: canonical })
  }
  return { principal: found.principal, accessKeyId, scope, timestamp, signature, signingKey: key }
}

const MINUTE_MS = 60_000

/** AWS allows 5 minutes of skew, S3 15. */
function checkTime(presented: PresentedSignature, time: Date, now: Date, dialect: Dialect): void {
  const limitMinutes = dialect === 's3' ? 15 : 5
  const aheadMs = time.getTime() - now.getTime()
  const { expiresSeconds } = presented
  const serverTime = toCompactDate(now)
  if (expiresSeconds !== undefined && -aheadMs > expiresSeconds * 1000) {
    const expires = new Date(time.getTime() + expiresSeconds * 1000).toISOString()
    throw authenticationError({ cause: 'presign-expired', expires, serverTime: now.toISOString() }, dialect)
  }
  const isTooOld = expiresSeconds === undefined && -aheadMs > limitMinutes * MINUTE_MS
  if (isTooOld || aheadMs > limitMinutes * MINUTE_MS) {
    throw authenticationError({ cause: 'skewed', requestTime: presented.timestamp, serverTime, limitMinutes }, dialect)
  }
}

function splitCredential(credential: string): [string, Scope] | undefined {
  const parts = credential.split('/')
  if (parts.length !== 5 || parts[4] !== 'aws4_request' || parts.some((part) => part === '')) return undefined
  const [accessKeyId, date, region, service] = parts as [string, string, string, string]
  return /^\d{8}$/.test(date) ? [accessKeyId, { date, region, service }] : undefined
}

export function toCompactDate(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

function parseCompactDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function compactDate(httpDate: string | undefined): string | undefined {
  const date = httpDate === undefined ? undefined : new Date(httpDate)
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : toCompactDate(date)
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const MAX_CACHED_KEYS = 1000
const signingKeys = new Map<string, Buffer>()

function cachedSigningKey(secret: string, scope: Scope): Buffer {
  const id = `${secret}/${scope.date}/${scope.region}/${scope.service}`
  const known = signingKeys.get(id)
  if (known !== undefined) return known
  if (signingKeys.size >= MAX_CACHED_KEYS) signingKeys.clear()
  const made = signingKey(secret, scope)
  signingKeys.set(id, made)
  return made
}
