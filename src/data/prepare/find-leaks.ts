import { join } from 'node:path'
import type { GeoPoint } from '../geo/local-frame.ts'
import { SPLITS, type Split } from '../formats/find-images.ts'
import { hashFile } from '../version/content-hash.ts'
import { NEAR_BITS, nearPairs } from '../version/near-pairs.ts'
import { perceptualHash } from '../version/perceptual-hash.ts'
import { groupImages } from './group-images.ts'
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

/**
 * Looks for pictures that stand in more than one split: all files by content and, up to a number, all by appearance.
 *
 * @param images paths relative to `root`, by split; ones that cannot be decoded must not be among them
 * @param most images of one split to compare by appearance; of more, an even sample
 */
export async function findLeaks(
  root: string,
  images: Readonly<Record<Split, readonly string[]>>,
  most: number,
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
  const chosen = SPLITS.flatMap((split) => evenSample(images[split], most).map((path) => ({ split, path })))
  const looks = await mapConcurrent(chosen, 4, ({ path }) => perceptualHash(join(root, path)))
  const known = new Set(identical.map((pair) => `${pair.first}\0${pair.second}`))
  const near = nearPairs(looks, NEAR_BITS, (a, b) => chosen[a]!.split !== chosen[b]!.split)
    .map(({ first: a, second: b, bits }) => ({ first: chosen[a]!.path, second: chosen[b]!.path, distance: bits }))
    .filter((pair) => !known.has(`${pair.first}\0${pair.second}`))
    .sort((a, b) => a.distance - b.distance)
  return { identical, near, compared: chosen.length }
}

/** An image and where its camera was. */
export interface PlacedImage {
  readonly image: string
  readonly split: Split
  readonly place: GeoPoint
}

/**
 * Places that are in more than one split: cameras of different splits within a radius of each other.
 *
 * @returns of each such place, one image of each of its splits
 */
export function findPlaceLeaks(images: readonly PlacedImage[], radiusM: number): PlacedImage[][] {
  const alone = images.map((item) => ({ ...item, flight: item.image, sha256: item.image }))
  const { groups } = groupImages(alone, { placeRadiusM: radiusM, lookBits: NEAR_BITS })
  return groups.flatMap(({ members }) => {
    const found = SPLITS.flatMap((split) => members.find((item) => item.split === split) ?? [])
    return found.length > 1 ? [found] : []
  })
}

/** At most `count` items, evenly spread. */
export function evenSample<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, k) => items[Math.floor((k * items.length) / count)]!)
}
