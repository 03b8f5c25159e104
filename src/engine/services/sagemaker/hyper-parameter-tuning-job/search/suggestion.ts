import type { Parameters, Space } from './space.ts'

/** What a strategy knows when it chooses. */
export interface Situation {
  readonly space: Space
  /** The same seed and the same results give the same choices. */
  readonly seed: number
  /** Ended jobs with what they reached; less is better. */
  readonly results: readonly { readonly parameters: Parameters; readonly loss: number }[]
  /** Every combination launched so far, those of `results` included. */
  readonly tried: readonly Parameters[]
}

/** Chooses the next combination; undefined when every one has been tried. */
export type Suggest = (situation: Situation) => Parameters | undefined
