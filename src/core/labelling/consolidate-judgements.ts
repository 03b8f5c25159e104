/** What the workers of a verification job agree on. */
export interface Judgement {
  readonly label: string
  /** Share of workers who gave that label, in steps of 0.01; 0 when only one worker was asked. */
  readonly confidence: number
}

/**
 * The label with most votes; at a tie the one that stands first in `labels`.
 *
 * @param given one label a worker, at least one
 */
export function consolidateJudgements(given: readonly string[], labels: readonly string[]): Judgement {
  const votes = new Map<string, number>()
  for (const label of given) votes.set(label, (votes.get(label) ?? 0) + 1)
  const [[label, count]] = [...votes].sort(
    ([a, ofA], [b, ofB]) => ofB - ofA || labels.indexOf(a) - labels.indexOf(b),
  ) as [[string, number]]
  return { label, confidence: given.length < 2 ? 0 : Math.round((count / given.length) * 100) / 100 }
}
