import { hash32 } from '../../../core/random.ts'

/** Takes items one by one and keeps a fair sample of a fixed size, in memory for that size only. */
export interface Sampler<T> {
  add(item: T): void
  /** How many were offered. */
  readonly offered: number
  /** Those that were kept, in order of path. */
  kept(): T[]
}

/**
 * Keeps the `size` items whose seeded hash of the path is smallest.
 *
 * Whether an item is kept depends on its own path and on how many others rank before it, never on the order of the
 * listing; so a set that has grown gives nearly the same sample, which a cache then knows already.
 *
 * @param size undefined keeps all
 */
export function createSampler<T extends { readonly path: string }>(size: number | undefined, seed: number): Sampler<T> {
  let ranked: { rank: number; item: T }[] = []
  let offered = 0
  const trim = (): void => {
    ranked.sort((a, b) => a.rank - b.rank || (a.item.path < b.item.path ? -1 : 1))
    ranked = ranked.slice(0, size)
  }
  return {
    add: (item) => {
      offered++
      ranked.push({ rank: size === undefined ? 0 : hash32(`${seed}/${item.path}`), item })
      // Cutting back now and then costs less than a heap and holds at most twice the sample.
      if (size !== undefined && ranked.length >= 2 * size + 64) trim()
    },
    get offered() {
      return offered
    },
    kept: () => {
      if (size !== undefined) trim()
      return ranked.map(({ item }) => item).sort((a, b) => (a.path < b.path ? -1 : 1))
    },
  }
}
