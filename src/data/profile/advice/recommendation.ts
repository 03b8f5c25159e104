import type { SetAnalysis } from '../set/set-profile.ts'
import type { RuleName } from './rules.ts'

/**
 * `fix`: as it is it harms or stops a training. `improve`: better data or settings for little effort. `note`: worth
 * knowing before numbers are believed.
 */
export type Severity = 'fix' | 'improve' | 'note'

/** Something to do about a set, and why. */
export interface Advice {
  readonly severity: Severity
  /** What was found, with its number: `7 of 38 images are blurred`. */
  readonly title: string
  /** What to do, with the values to use. */
  readonly action: string
  /** What happens otherwise, with the numbers that say so. */
  readonly why: string
  /** Paths of the images concerned, the worst first; empty when it is about the whole set. */
  readonly images: readonly string[]
  /** The numbers of the sentences, for programs. */
  readonly values: Readonly<Record<string, number | string>>
}

export interface Recommendation extends Advice {
  readonly rule: RuleName
}

/** Looks at a set and says something about it, or nothing. */
export type Rule = (set: SetAnalysis) => Advice | undefined
