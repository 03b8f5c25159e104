import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** The checksum algorithms of S3, by the last part of their header: `x-amz-checksum-<name>`. */
export const CHECKSUM_NAMES = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const
export type ChecksumName = (typeof CHECKSUM_NAMES)[number]

/** A checksum in the making. */
export interface Checksum {
  update(chunk: Uint8Array): void
  /** Base64, as S3's headers carry it. */
  digest(): string
}

export function createChecksum(name: ChecksumName): Checksum {
  switch (name) {
    case 'crc32': {
      let value = 0
      return { update: (chunk) => void (value = crc32(chunk, value)), digest: () => bigEndian32(value) }
    }
    case 'crc32c': {
      let value = 0
      return { update: (chunk) => void (value = crc32c(chunk, value)), digest: () => bigEndian32(value) }
    }
    case 'crc64nvme':
      return createCrc64Nvme()
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name)
      return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('base64') }
    }
  }
}

function bigEndian32(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes.toString('base64')
}

/** Castagnoli's polynomial, reflected. @source RFC 3720, appendix B.4 */
const CRC32C_POLYNOMIAL = 0x82f63b78

/** Eight tables, so that eight bytes are taken at a time. @source Kounavis and Berry 2005, "slicing by 8" */
const crc32cTables: readonly Uint32Array[] = makeTables()

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256))
  const first = tables[0]!
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ CRC32C_POLYNOMIAL : c >>> 1
    first[n] = c >>> 0
  }
  for (let t = 1; t < 8; t++) {
    for (let n = 0; n < 256; n++) {
      const previous = tables[t - 1]![n]!
      tables[t]![n] = ((previous >>> 8) ^ first[previous & 255]!) >>> 0
    }
  }
  return tables
}

export function crc32c(bytes: Uint8Array, start = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = crc32cTables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  let crc = ~start
  let i = 0
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 255]!
  return ~crc >>> 0
}

/** The NVMe polynomial, reflected, as two halves. @source NVM Command Set Specification 1.0, section 5.2.1.3.4 */
const CRC64_HIGH = 0x9a6c9329
const CRC64_LOW = 0xac4bc9b5

/** Tables of the high and low halves, `[slice * 256 + byte]`, slicing by 8. */
let crc64Tables: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined

function makeCrc64Tables() {
  const high = new Uint32Array(2048)
  const low = new Uint32Array(2048)
  for (let n = 0; n < 256; n++) {
    let [h, l] = [0, n]
    for (let k = 0; k < 8; k++) {
      const isOdd = l & 1
      l = ((l >>> 1) | (h << 31)) >>> 0
      h = h >>> 1
      if (isOdd) {
        h = (h ^ CRC64_HIGH) >>> 0
        l = (l ^ CRC64_LOW) >>> 0
      }
    }
    high[n] = h
    low[n] = l
  }
  for (let t = 256; t < 2048; t++) {
    const [h, l] = [high[t - 256]!, low[t - 256]!]
    const byte = l & 255
    low[t] = ((l >>> 8) | (h << 24)) ^ low[byte]!
    high[t] = (h >>> 8) ^ high[byte]!
  }
  return { high, low }
}

function createCrc64Nvme(): Checksum {
  const { high, low } = (crc64Tables ??= makeCrc64Tables())
  let h = 0xffffffff
  let l = 0xffffffff
  return {
    update(bytes) {
      let i = 0
      for (const end = bytes.length - 7; i < end; i += 8) {
        const a = l ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
        const b = h ^ (bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24))
        const i7 = 1792 + (a & 255)
        const i6 = 1536 + ((a >>> 8) & 255)
        const i5 = 1280 + ((a >>> 16) & 255)
        const i4 = 1024 + (a >>> 24)
        const i3 = 768 + (b & 255)
        const i2 = 512 + ((b >>> 8) & 255)
        const i1 = 256 + ((b >>> 16) & 255)
        const i0 = b >>> 24
        l = low[i7]! ^ low[i6]! ^ low[i5]! ^ low[i4]! ^ low[i3]! ^ low[i2]! ^ low[i1]! ^ low[i0]!
        h = high[i7]! ^ high[i6]! ^ high[i5]! ^ high[i4]! ^ high[i3]! ^ high[i2]! ^ high[i1]! ^ high[i0]!
      }
      for (; i < bytes.length; i++) {
        const byte = (l ^ bytes[i]!) & 255
        l = ((l >>> 8) | (h << 24)) ^ low[byte]!
        h = (h >>> 8) ^ high[byte]!
      }
    },
    digest() {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32BE(~h >>> 0, 0)
      bytes.writeUInt32BE(~l >>> 0, 4)
      return bytes.toString('base64')
    },
  }
}
