import { hashDistance } from './perceptual-hash.ts'

/** Two of the given hashes that are alike, by their places in the list, the first smaller. */
export interface NearPair {
  readonly first: number
  readonly second: number
  /** Bits in which they differ. */
  readonly bits: number
}

/**
 * Most bits of 128 in which two hashes of nearly the same picture differ: copies that were recompressed, slightly brightened or
 * shifted by a few pixels stay within it.
 */
export const NEAR_BITS = 6

/** Bits of one hash. */
const HASH_BITS = 128

/**
 * Every pair of hashes that differ in at most `withinBits` bits, without comparing each with each: cut into
 * `withinBits + 1` bands, two such hashes agree in a whole band at least (pigeonhole principle).
 *
 * @param hashes four words each; undefined ones are like nothing
 * @param compares which pairs are wanted at all; others are not even compared
 * @returns sorted by `first`, then `second`
 */
export function nearPairs(
  hashes: readonly (Uint32Array | undefined)[],
  withinBits: number,
  compares: (first: number, second: number) => boolean = () => true,
): NearPair[] {
  const bands = withinBits + 1
  const edges = Array.from({ length: bands + 1 }, (_, b) => Math.floor((b * HASH_BITS) / bands))
  const found: NearPair[] = []
  const buckets = edges.slice(1).map(() => new Map<string, number[]>())
  hashes.forEach((hash, second) => {
    if (!hash) return
    const seen = new Set<number>()
    buckets.forEach((bucket, b) => {
      const key = bandOf(hash, edges[b]!, edges[b + 1]!)
      const alike = bucket.get(key)
      if (!alike) {
        bucket.set(key, [second])
        return
      }
      for (const first of alike) {
        if (seen.has(first) || !compares(first, second)) continue
        seen.add(first)
        const bits = hashDistance(hashes[first]!, hash)
        if (bits <= withinBits) found.push({ first, second, bits })
      }
      alike.push(second)
    })
  })
  return found.sort((a, b) => a.first - b.first || a.second - b.second)
}

/** Bits `from` to `to` of a hash, as a key. */
function bandOf(hash: Uint32Array, from: number, to: number): string {
  let text = ''
  for (let bit = from; bit < to;) {
    const end = Math.min(to, (bit | 31) + 1)
    const mask = end - bit === 32 ? 0xffffffff : (1 << (end - bit)) - 1
    text += `${(hash[bit >> 5]! >>> (bit & 31)) & mask}.`
    bit = end
  }
  return text
}
