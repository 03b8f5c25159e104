import { describe, expect, test } from 'vitest'
import { CHECKSUM_NAMES, createChecksum, crc32c } from './checksum.ts'

const bytes = new TextEncoder().encode('123456789')

describe('checksums', () => {
  // The check values of the CRC catalogue for "123456789".
  test.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
  ] as const)('%s has its published check value', (name, expected) => {
    const checksum = createChecksum(name)
    checksum.update(bytes)
    expect(Buffer.from(checksum.digest(), 'base64').toString('hex')).toBe(expected)
  })

  test.each(CHECKSUM_NAMES)('%s does not depend on how the bytes are cut', (name) => {
    const all = Uint8Array.from({ length: 1000 }, (_, i) => (i * 131 + 7) & 255)
    const [whole, cut] = [createChecksum(name), createChecksum(name)]
    whole.update(all)
    for (const [start, end] of [
      [0, 3],
      [3, 3],
      [3, 20],
      [20, 517],
      [517, 1000],
    ] as const)
      cut.update(all.subarray(start, end))
    expect(cut.digest()).toBe(whole.digest())
  })

  test('crc32c of 32 zero bytes is the value of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32)).toString(16)).toBe('8a9136aa')
  })
})
