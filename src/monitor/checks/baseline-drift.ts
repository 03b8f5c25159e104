import { adjustDistance, categoricalDistance, numericDistance } from '../drift.ts'
import type { FeatureStatistics, StringStatistics } from '../statistics.ts'
import type { Check, CheckInput } from './check.ts'

/** The feature is distributed as in the baseline. */
export const checkBaselineDrift: Check = (input) => {
  const { comparison_threshold: threshold, perform_comparison } = input.config.distribution_constraints
  const distance = driftDistance(input)
  if (perform_comparison === 'Disabled' || distance === undefined || distance <= threshold) return undefined
  return `Baseline drift distance: ${distance.toFixed(4)} exceeds threshold: ${threshold}`
}

/** Distance of a feature from its baseline by the configured method; undefined when the two cannot be compared. */
export function driftDistance(input: Pick<CheckInput, 'baseline' | 'current' | 'config'>): number | undefined {
  const [n, m] = [presentIn(input.baseline), presentIn(input.current)]
  if (n === 0 || m === 0) return undefined
  const simple = rawDistance(input.baseline, input.current)
  if (simple === undefined) return undefined
  return adjustDistance(simple, n, m, input.config.distribution_constraints.comparison_method)
}

function rawDistance(baseline?: FeatureStatistics, current?: FeatureStatistics): number | undefined {
  if (baseline?.numerical_statistics && current?.numerical_statistics) {
    return numericDistance(
      baseline.numerical_statistics.distribution.kll.sketch,
      current.numerical_statistics.distribution.kll.sketch,
    )
  }
  if (baseline?.string_statistics && current?.string_statistics) {
    return categoricalDistance(countsOf(baseline.string_statistics), countsOf(current.string_statistics))
  }
  return undefined
}

function countsOf(statistics: StringStatistics): Map<string, number> {
  return new Map(statistics.distribution.categorical.buckets.map(({ value, count }) => [value, count]))
}

function presentIn(feature: FeatureStatistics | undefined): number {
  return (feature?.numerical_statistics ?? feature?.string_statistics)?.common.num_present ?? 0
}
