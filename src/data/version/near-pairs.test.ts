import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearPairs } from './near-pairs.ts'
import { hashDistance } from './perceptual-hash.ts'

const flip = (hash: Uint32Array, bits: readonly number[]): Uint32Array => {
  const out = Uint32Array.from(hash)
  for (const bit of bits) out[bit >> 5]! ^= 1 << (bit & 31)
  return out
}

test('finds every pair that comparing each with each finds, and no other', () => {
  const word = fc.integer({ min: 0, max: 0xffffffff })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word, word, word), { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.nat(), fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 9 })), { maxLength: 20 }),
      fc.integer({ min: 0, max: 10 }),
      (seeds, copies, within) => {
        const base = seeds.map((words) => Uint32Array.from(words))
        const hashes = [...base, undefined, ...copies.map(([k, bits]) => flip(base[k % base.length]!, bits))]
        const wanted = hashes.flatMap((a, first) =>
          hashes.flatMap((b, second) => {
            if (!a || !b || second <= first) return []
            const bits = hashDistance(a, b)
            return bits <= within ? [{ first, second, bits }] : []
          }),
        )
        expect(nearPairs(hashes, within)).toEqual(wanted)
      },
    ),
    { numRuns: 200 },
  )
})

test('leaves pairs alone that are not wanted', () => {
  const same = Uint32Array.from([1, 2, 3, 4])
  expect(nearPairs([same, same, same], 0, (a, b) => a === 0 && b === 2)).toEqual([{ first: 0, second: 2, bits: 0 }])
})
