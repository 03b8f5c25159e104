import type { ModelScale } from './spec.ts'

export interface ScaleRow {
  /** Multiplies the number of repeats of a block. */
  readonly depth: number
  /** Multiplies channels. */
  readonly width: number
  /** Bound on channels before `width` applies. */
  readonly maxChannels: number
  /** Whether every C3k2 has C3k inside, not only the deep ones. */
  readonly deepEverywhere: boolean
}

/** @source the published YOLO11 model table */
export const SCALES: { readonly [S in ModelScale]: ScaleRow } = {
  n: { depth: 0.5, width: 0.25, maxChannels: 1024, deepEverywhere: false },
  s: { depth: 0.5, width: 0.5, maxChannels: 1024, deepEverywhere: false },
  m: { depth: 0.5, width: 1, maxChannels: 512, deepEverywhere: true },
  l: { depth: 1, width: 1, maxChannels: 512, deepEverywhere: true },
  x: { depth: 1, width: 1.5, maxChannels: 512, deepEverywhere: true },
}

/** Pixels per cell of the three levels on which boxes are predicted. */
export const STRIDES = [8, 16, 32] as const

/** R, the bins over which a distance to a box side is distributed. @source arXiv:2006.04388 and the published model */
export const BINS = 16
