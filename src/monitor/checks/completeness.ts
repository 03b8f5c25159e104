import { type Check, percent } from './check.ts'

/** As large a share of the records has the feature as in the baseline. */
export const checkCompleteness: Check = ({ constraint, current }) => {
  const common = (current?.numerical_statistics ?? current?.string_statistics)?.common
  if (!constraint || !common) return undefined
  const share = common.num_present / Math.max(1, common.num_present + common.num_missing)
  if (share >= constraint.completeness) return undefined
  return `Data completeness requirement is not met. Expected completeness: ${percent(constraint.completeness)}. Observed: ${percent(share)}.`
}
