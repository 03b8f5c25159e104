import type { S3Client } from '@aws-sdk/client-s3'
import { createGate, type Gate } from './gate.ts'
import { retrying } from './retry.ts'

/** What every transfer needs: where to, how much at a time, and who listens. */
export interface Transfer {
  readonly client: S3Client
  readonly signal: AbortSignal | undefined
  /** Requests with a body at a time, over all files together; with their pieces in memory. */
  readonly gate: Gate
  /** Bytes that have arrived, at the end of each piece. */
  readonly onBytes: (sizeBytes: number) => void
  /** Objects of at least this size move in parts. */
  readonly partsFromBytes: number
  readonly partBytes: number
}

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined
  /** Requests at a time. @default 16 */
  readonly parallel?: number
  readonly onBytes?: (sizeBytes: number) => void
  /** @default 16 MiB */
  readonly partsFromBytes?: number
  /** At least 5 MiB, which S3 asks of every part but the last. @default 8 MiB */
  readonly partBytes?: number
}

const MIB = 1024 * 1024
const PARTS_FROM_BYTES = 16 * MIB
/** One piece of a large object, held in memory while it moves. */
const PART_BYTES = 8 * MIB

export function openTransfer(client: S3Client, options: TransferOptions = {}): Transfer {
  return {
    client,
    signal: options.signal,
    gate: createGate(options.parallel ?? 16),
    onBytes: options.onBytes ?? (() => undefined),
    partsFromBytes: options.partsFromBytes ?? PARTS_FROM_BYTES,
    partBytes: options.partBytes ?? PART_BYTES,
  }
}

/** Repeats a request through the gate until it succeeds or its failure is final. */
export function request<T>(transfer: Transfer, work: () => Promise<T>): Promise<T> {
  return retrying(() => transfer.gate.run(work), { signal: transfer.signal })
}

/** The SDK's options of one call. */
export function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}
