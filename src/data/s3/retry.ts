import { setTimeout as delay } from 'node:timers/promises'
import { codeOf } from '../../core/errors.ts'

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined
  /** Tries in all. @default 6 */
  readonly attempts?: number
  /** Wait before the second try; doubled each time, to at most 10 s. @default 100 */
  readonly firstDelayMs?: number
}

/**
 * Repeats work that failed for a reason that may pass: a cut connection, a busy or failing server, bytes that arrived
 * damaged. The SDK repeats requests, but not a body that breaks off while it is read.
 *
 * @throws the signal's reason once it is aborted; else what the last try threw
 */
export async function retrying<T>(work: (attempt: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { signal, attempts = 6, firstDelayMs = 100 } = options
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await work(attempt)
    } catch (error) {
      // What a request says that was broken off on purpose depends on where it was.
      signal?.throwIfAborted()
      if (attempt >= attempts || !isTransient(error)) throw error
      // Half of the wait is random, so that many that failed together do not come back together.
      const waitMs = Math.min(10_000, firstDelayMs * 2 ** (attempt - 1))
      await delay(waitMs / 2 + Math.random() * (waitMs / 2), undefined, signal ? { signal } : {})
    }
  }
}

/** Bytes that are not what the server says they are; worth asking for again. */
export class DamagedTransferError extends Error {
  readonly code = 'data.s3.damaged'
}

const BROKEN_CONNECTION = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
])
const BUSY = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'InternalError',
  'RequestTimeout',
  'TimeoutError',
  'ThrottlingException',
  'BadDigest',
  'IncompleteBody',
])

/** The failure is of the moment; the same request may succeed. */
export function isTransient(error: unknown): boolean {
  if (error instanceof DamagedTransferError) return true
  if (!(error instanceof Error)) return false
  if (BROKEN_CONNECTION.has(codeOf(error) ?? codeOf(error.cause) ?? '')) return true
  // What the SDK's own check of a body says, and Node of one that ended early.
  if (/^Checksum mismatch|^aborted$|socket hang up/i.test(error.message)) return true
  if (BUSY.has(error.name)) return true
  const status = statusOf(error)
  return status !== undefined && (status >= 500 || status === 429) && status !== 501
}

/** HTTP status of an error of the SDK. */
export function statusOf(error: unknown): number | undefined {
  const metadata = (error as { readonly $metadata?: { readonly httpStatusCode?: unknown } } | null)?.$metadata
  return typeof metadata?.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}
