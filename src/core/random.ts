/** A stream of uniform random numbers in [0, 1), reproducible from its seed and resumable from its state. */
export interface Random {
  next(): number
  /** Uniform integer in [0, bound). */
  int(bound: number): number
  /** Uniform in [low, high). */
  range(low: number, high: number): number
  /** Standard normal. */
  normal(): number
  pick<T>(items: readonly T[]): T
  /** A new array in random order; the input is left as it is. */
  shuffle<T>(items: readonly T[]): T[]
  /** An independent stream named by `key`; drawing from it does not move this one. */
  fork(key: string | number): Random
  /** The state from which {@link restoreRandom} continues bit for bit. */
  state(): number
}

/** A seeded stream. @source Mulberry32, T. Ettinger 2017, public domain */
export function seededRandom(seed: number): Random {
  return restoreRandom(seed >>> 0)
}

/** Continues a stream from `state()` of an earlier one. */
export function restoreRandom(state: number): Random {
  let s = state >>> 0
  const next = (): number => {
    s = (s + 0x6d2b79f5) >>> 0
    let t = s
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    int,
    range: (low, high) => low + (high - low) * next(),
    // Box-Muller with both draws consumed each time, so that the state alone describes the stream.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => {
      if (items.length === 0) throw new RangeError('pick from an empty list')
      return items[int(items.length)] as (typeof items)[number]
    },
    shuffle: (items) => {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(i + 1)
        ;[out[i], out[j]] = [out[j] as (typeof out)[number], out[i] as (typeof out)[number]]
      }
      return out
    },
    fork: (key) => restoreRandom(hash32(`${s}/${key}`)),
    state: () => s,
  }
}

/** 32-bit FNV-1a of a string, with a final avalanche so that near keys give far seeds. */
export function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
