import { AwsError } from '../wire/aws-error.ts'
import { authenticationError } from './authentication-error.ts'
import { EMPTY_SHA256, equalSignatures, formatScope, hmac, sha256Hex } from './sigv4.ts'
import type { Verified } from './verify.ts'

/** How the chunks of an `aws-chunked` body are signed. */
export interface ChunkSigning {
  readonly isSigned: boolean
  readonly hasTrailer: boolean
}

/** By the value of `x-amz-content-sha256`. @source docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
export const CHUNK_SIGNINGS: Readonly<Record<string, ChunkSigning>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { isSigned: true, hasTrailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { isSigned: true, hasTrailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { isSigned: false, hasTrailer: true },
}

const MAX_LINE_BYTES = 16_384
/** A signed chunk must be held until its signature is known to be right. Clients send 64 KiB to a few MiB. */
const MAX_SIGNED_CHUNK_BYTES = 64 * 1024 * 1024

/**
 * Takes the chunks of an `aws-chunked` body apart and checks their signatures.
 *
 * @param trailers receives the trailing headers, names in lower case
 * @throws AwsError `SignatureDoesNotMatch` at the first chunk whose signature is wrong, `IncompleteBody` when the body
 *   ends early or is no such body
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  signing: ChunkSigning,
  verified: Verified,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source)
  const chain = signing.isSigned ? new SignatureChain(verified) : undefined
  for (;;) {
    const { sizeBytes, signature } = parseChunkHeader(await reader.line())
    if (chain === undefined) {
      for await (const piece of reader.take(sizeBytes)) yield piece
    } else {
      if (sizeBytes > MAX_SIGNED_CHUNK_BYTES) throw incomplete(`a signed chunk of ${sizeBytes} bytes is too large`)
      const pieces: Uint8Array[] = []
      for await (const piece of reader.take(sizeBytes)) pieces.push(piece)
      const chunk = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
      chain.checkChunk(chunk, signature)
      if (sizeBytes > 0) yield chunk
    }
    if (sizeBytes === 0) break
    if ((await reader.line()) !== '') throw incomplete('a chunk is longer than it says')
  }
  let signed = ''
  for (let line = await reader.lineOrEnd(); line !== undefined && line !== ''; line = await reader.lineOrEnd()) {
    const colon = line.indexOf(':')
    if (colon < 0) throw incomplete('a trailer has no colon')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    trailers.set(name, value)
    if (name !== 'x-amz-trailer-signature') signed += `${name}:${value}\n`
  }
  if (chain !== undefined && signing.hasTrailer)
    chain.checkTrailer(signed, trailers.get('x-amz-trailer-signature') ?? '')
}

/** Each chunk's signature covers the one before, so that none can be left out or moved. */
class SignatureChain {
  readonly #verified: Verified
  #previous: string

  constructor(verified: Verified) {
    this.#verified = verified
    this.#previous = verified.signature
  }

  checkChunk(chunk: Uint8Array, signature: string | undefined): void {
    this.#check('AWS4-HMAC-SHA256-PAYLOAD', [EMPTY_SHA256, sha256Hex(chunk)], signature ?? '')
  }

  checkTrailer(trailer: string, signature: string): void {
    this.#check('AWS4-HMAC-SHA256-TRAILER', [sha256Hex(trailer)], signature)
  }

  #check(algorithm: string, hashes: readonly string[], signature: string): void {
    const { timestamp, scope, signingKey } = this.#verified
    const text = [algorithm, timestamp, formatScope(scope), this.#previous, ...hashes].join('\n')
    if (!equalSignatures(hmac(signingKey, text).toString('hex'), signature)) {
      throw authenticationError({ cause: 'wrong-signature', canonicalRequest: text }, 's3')
    }
    this.#previous = signature
  }
}

function parseChunkHeader(line: string): { sizeBytes: number; signature: string | undefined } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
  if (match === null) throw incomplete('a chunk header is malformed')
  return { sizeBytes: Number.parseInt(match[1] as string, 16), signature: match[2] }
}

function incomplete(detail: string): AwsError {
  return new AwsError('IncompleteBody', 400, `The body is not a valid aws-chunked body: ${detail}`)
}

/** Reads lines and runs of bytes from a stream without joining it. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next line without its CRLF. */
  async line(): Promise<string> {
    const line = await this.lineOrEnd()
    if (line === undefined) throw incomplete('it ends early')
    return line
  }

  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = Buffer.from(this.#rest.buffer, this.#rest.byteOffset, this.#rest.length).indexOf('\r\n')
      if (end >= 0) {
        const line = Buffer.from(this.#rest.subarray(0, end)).toString('latin1')
        this.#rest = this.#rest.subarray(end + 2)
        return line
      }
      if (this.#rest.length > MAX_LINE_BYTES) throw incomplete('a header line is too long')
      const next = await this.#source.next()
      if (next.done) {
        if (this.#rest.length === 0) return undefined
        throw incomplete('it ends inside a line')
      }
      this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value])
    }
  }

  async *take(sizeBytes: number): AsyncGenerator<Uint8Array> {
    let left = sizeBytes
    while (left > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#source.next()
        if (next.done) throw incomplete('it ends inside a chunk')
        this.#rest = next.value
        continue
      }
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }
}
