import { createHash } from 'node:crypto'
import { CHUNK_SIGNINGS, decodeAwsChunked } from '../../auth/aws-chunked.ts'
import { CHECKSUM_NAMES, createChecksum, type ChecksumName } from '../../../core/checksum.ts'
import { UNSIGNED_PAYLOAD } from '../../auth/sigv4.ts'
import type { Verified } from '../../auth/verify.ts'
import { AwsError } from '../../wire/aws-error.ts'
import type { WireRequest } from '../../wire/http-request.ts'
import type { BlobStore } from './blob-store.ts'

/** What was measured while a body passed through. */
export interface BodyDigest {
  readonly sizeBytes: number
  /** Hexadecimal; the ETag of an object put in one piece. */
  readonly md5: string
  /** The checksum that the client chose, verified: base64 by algorithm. */
  readonly checksums: Readonly<Record<string, string>>
}

/** The body of a request to S3, unwrapped and checked against everything that its sender said about it. */
export interface IncomingBody {
  /** Reads it whole. @throws AwsError `EntityTooLarge` beyond the limit */
  read(limitBytes: number): Promise<Buffer>
  /** Streams it into a new blob, of which nothing remains when a check fails. */
  store(blobs: BlobStore): Promise<BodyDigest & { readonly blobId: string }>
}

/** Bodies up to this size are gathered and written at once. */
const SMALL_BYTES = 512 * 1024
/** S3's limit for one put and for one part. */
const MAX_BYTES = 5 * 1024 ** 3

export function incomingBody(request: WireRequest, verified: Verified): IncomingBody {
  const open = () => {
    const check = new BodyCheck(request)
    return { check, bytes: check.passThrough(unwrap(request, verified, check.trailers)) }
  }
  return {
    async read(limitBytes) {
      const { bytes } = open()
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of bytes) {
        size += chunk.length
        if (size > limitBytes) throw tooLarge()
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    },
    async store(blobs) {
      const length = declaredLength(request)
      if (length !== undefined && length > MAX_BYTES) throw tooLarge()
      const { check, bytes } = open()
      if (length === undefined || length > SMALL_BYTES) {
        const blobId = await blobs.write(bytes)
        return { ...check.digest(), blobId }
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(chunk)
      const whole = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)
      return { ...check.digest(), blobId: await blobs.write(whole) }
    },
  }
}

function declaredLength(request: WireRequest): number | undefined {
  const text = request.header('x-amz-decoded-content-length') ?? request.header('content-length')
  return text === undefined ? undefined : Number(text)
}

const tooLarge = (): AwsError =>
  new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', {
    MaxSizeAllowed: String(MAX_BYTES),
  })

function unwrap(request: WireRequest, verified: Verified, trailers: Map<string, string>): AsyncIterable<Uint8Array> {
  const signing = CHUNK_SIGNINGS[request.header('x-amz-content-sha256') ?? '']
  const source = request.message as AsyncIterable<Uint8Array>
  return signing === undefined ? source : decodeAwsChunked(source, signing, verified, trailers)
}

/** Hashes a body as it passes and, at its end, compares with what the headers and trailers promised. */
class BodyCheck {
  readonly trailers = new Map<string, string>()
  readonly #request: WireRequest
  #digest: BodyDigest | undefined

  constructor(request: WireRequest) {
    this.#request = request
  }

  async *passThrough(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const request = this.#request
    const md5 = createHash('md5')
    const declaredHash = request.header('x-amz-content-sha256')
    const isHashed =
      declaredHash !== undefined && declaredHash !== UNSIGNED_PAYLOAD && CHUNK_SIGNINGS[declaredHash] === undefined
    const sha256 = isHashed ? createHash('sha256') : undefined
    const name = checksumNameOf(request)
    const checksum = name === undefined ? undefined : createChecksum(name)
    let sizeBytes = 0
    for await (const chunk of source) {
      sizeBytes += chunk.length
      if (sizeBytes > MAX_BYTES) throw tooLarge()
      md5.update(chunk)
      sha256?.update(chunk)
      checksum?.update(chunk)
      yield chunk
    }
    if (sha256 !== undefined && sha256.digest('hex') !== declaredHash) {
      throw new AwsError(
        'XAmzContentSHA256Mismatch',
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      )
    }
    const decodedLength = request.header('x-amz-decoded-content-length')
    if (decodedLength !== undefined && Number(decodedLength) !== sizeBytes) {
      throw new AwsError(
        'IncompleteBody',
        400,
        `The body has ${sizeBytes} bytes, x-amz-decoded-content-length says ${decodedLength}`,
      )
    }
    const md5Bytes = md5.digest()
    const declaredMd5 = request.header('content-md5')
    if (declaredMd5 !== undefined && declaredMd5 !== md5Bytes.toString('base64')) {
      throw new AwsError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.')
    }
    const checksums: Record<string, string> = {}
    if (name !== undefined && checksum !== undefined) {
      const computed = checksum.digest()
      const header = `x-amz-checksum-${name}`
      const declared = request.header(header) ?? this.trailers.get(header)
      if (declared !== undefined && declared !== computed) {
        throw new AwsError(
          'BadDigest',
          400,
          `The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
        )
      }
      checksums[name] = computed
    }
    this.#digest = { sizeBytes, md5: md5Bytes.toString('hex'), checksums }
  }

  digest(): BodyDigest {
    if (this.#digest === undefined) throw new Error('internal: the body has not been read to its end')
    return this.#digest
  }
}

/** The algorithm that a request chose, by a checksum header, an announced trailer, or by name. */
export function checksumNameOf(request: WireRequest): ChecksumName | undefined {
  const trailer = request.header('x-amz-trailer')?.toLowerCase() ?? ''
  const algorithm = (
    request.header('x-amz-sdk-checksum-algorithm') ?? request.header('x-amz-checksum-algorithm')
  )?.toLowerCase()
  return (
    CHECKSUM_NAMES.find((name) => request.header(`x-amz-checksum-${name}`) !== undefined) ??
    CHECKSUM_NAMES.find((name) => trailer.split(',').some((part) => part.trim() === `x-amz-checksum-${name}`)) ??
    CHECKSUM_NAMES.find((name) => name === algorithm)
  )
}
