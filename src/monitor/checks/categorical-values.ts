import { type Check, percent } from './check.ts'

/** Enough texts are among those that the baseline had. */
export const checkCategoricalValues: Check = ({ constraint, config, values }) => {
  const domains = constraint?.string_constraints?.domains
  if (!domains || values.length === 0) return undefined
  const strangers = values.map(String).filter((value) => !domains.includes(value))
  const share = 1 - strangers.length / values.length
  if (share >= config.domain_content_threshold) return undefined
  const named = [...new Set(strangers)].slice(0, 5).join(', ')
  return `Expected match: ${percent(config.domain_content_threshold)} of values in the domain. Observed: Only ${percent(share)}. Unknown values: ${named}`
}
