import type { Check } from './check.ts'

/** The data has no feature that the baseline does not know. */
export const checkExtraColumn: Check = ({ constraint, current }) =>
  current && !constraint
    ? `Column "${current.name}" of the current dataset is not in the baseline constraints`
    : undefined
