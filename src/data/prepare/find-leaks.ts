import { join } from 'node:path'
import { hashFile } from '../version/content-hash.ts'
import { hashDistance, perceptualHash } from '../version/perceptual-hash.ts'
import { SPLITS, type Split } from '../formats/find-images.ts'
import { mapConcurrent } from './map-concurrent.ts'

/** Two images of different splits that are alike. */
export interface LeakPair {
  readonly first: string
  readonly second: string
  /** Bits in which their perceptual hashes differ; 0 for the same file content. */
  readonly distance: number
}

export interface Leaks {
  /** The same bytes in two splits. */
  readonly identical: readonly LeakPair[]
  /** Nearly the same picture in two splits. */
  readonly near: readonly LeakPair[]
  /** Images whose pictures were compared. */
  readonly compared: number
}

/** Of 128 bits: copies that were recompressed or shifted by a few pixels stay below it. */
const NEAR_BITS = 6

/**
 * Looks for pictures that stand in more than one split: all files by content, an even sample by appearance.
 *
 * @param images paths relative to `root`, by split; ones that cannot be decoded must not be among them
 * @param sample most images of one split to compare by appearance
 */
export async function findLeaks(
  root: string,
  images: Readonly<Record<Split, readonly string[]>>,
  sample: number,
): Promise<Leaks> {
  const all = SPLITS.flatMap((split) => images[split].map((path) => ({ split, path })))
  const contents = await mapConcurrent(all, 8, ({ path }) => hashFile(join(root, path)))
  const first = new Map<string, { split: Split; path: string }>()
  const identical: LeakPair[] = []
  all.forEach((item, k) => {
    const seen = first.get(contents[k]!)
    if (!seen) first.set(contents[k]!, item)
    else if (seen.split !== item.split) identical.push({ first: seen.path, second: item.path, distance: 0 })
  })
  const chosen = SPLITS.flatMap((split) => evenSample(images[split], sample).map((path) => ({ split, path })))
  const hashes = await mapConcurrent(chosen, 4, ({ path }) => perceptualHash(join(root, path)))
  const known = new Set(identical.map((pair) => `${pair.first}\0${pair.second}`))
  const near: LeakPair[] = []
  for (let i = 0; i < chosen.length; i++) {
    for (let j = i + 1; j < chosen.length; j++) {
      const [a, b] = [chosen[i]!, chosen[j]!]
      const [x, y] = [hashes[i], hashes[j]]
      if (a.split === b.split || !x || !y || known.has(`${a.path}\0${b.path}`)) continue
      const distance = hashDistance(x, y)
      if (distance <= NEAR_BITS) near.push({ first: a.path, second: b.path, distance })
    }
  }
  return { identical, near: near.toSorted((a, b) => a.distance - b.distance), compared: chosen.length }
}

/** At most `count` items, evenly spread. */
export function evenSample<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, k) => items[Math.floor((k * items.length) / count)]!)
}
