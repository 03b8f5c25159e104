import { type Check, percent } from './check.ts'

/** Enough values have the type of the baseline; a whole number also counts as a fractional one. */
export const checkDataType: Check = ({ constraint, config, values }) => {
  if (!constraint || constraint.inferred_type === 'Unknown' || values.length === 0) return undefined
  const expected = constraint.inferred_type
  const fits = values.filter((value) => {
    if (expected === 'String') return typeof value === 'string'
    return typeof value === 'number' && (expected === 'Fractional' || Number.isInteger(value))
  }).length
  const share = fits / values.length
  if (share >= config.datatype_check_threshold) return undefined
  return `Data type match requirement is not met. Expected data type: ${expected}, Expected match: ${percent(config.datatype_check_threshold)}. Observed: Only ${percent(share)} of data is ${expected}.`
}
