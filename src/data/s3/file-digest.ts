import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createChecksum, type ChecksumName } from '../../core/checksum.ts'

const CHUNK_BYTES = 1024 * 1024

/** Everything that is to be computed in one pass over a file. */
export interface WantedDigests {
  readonly checksum?: ChecksumName
  readonly md5?: boolean
  /** The ETag of a multipart upload with parts of this size. */
  readonly multipartEtagOfPartBytes?: number
}

export interface FileDigests {
  /** Base64. */
  readonly checksum: string | undefined
  /** Hexadecimal. */
  readonly md5: string | undefined
  /** `<md5 of the parts' md5>-<number of parts>`. */
  readonly multipartEtag: string | undefined
}

export async function digestFile(path: string, wanted: WantedDigests): Promise<FileDigests> {
  const checksum = wanted.checksum === undefined ? undefined : createChecksum(wanted.checksum)
  const md5 = wanted.md5 === true ? createHash('md5') : undefined
  const parts = wanted.multipartEtagOfPartBytes === undefined ? undefined : partDigest(wanted.multipartEtagOfPartBytes)
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    checksum?.update(chunk as Buffer)
    md5?.update(chunk as Buffer)
    parts?.update(chunk as Buffer)
  }
  return { checksum: checksum?.digest(), md5: md5?.digest('hex'), multipartEtag: parts?.digest() }
}

function partDigest(partBytes: number): { update(chunk: Buffer): void; digest(): string } {
  const whole = createHash('md5')
  let part = createHash('md5')
  let [filled, count] = [0, 0]
  const close = (): void => {
    whole.update(part.digest())
    part = createHash('md5')
    filled = 0
    count++
  }
  return {
    update(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        const taken = rest.subarray(0, partBytes - filled)
        part.update(taken)
        filled += taken.length
        rest = rest.subarray(taken.length)
        if (filled === partBytes) close()
      }
    },
    digest() {
      if (filled > 0 || count === 0) close()
      return `${whole.digest('hex')}-${count}`
    },
  }
}
