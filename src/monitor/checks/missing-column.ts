import type { Check } from './check.ts'

/** A feature of the baseline is still there. */
export const checkMissingColumn: Check = ({ constraint, current }) =>
  constraint && !current ? `Column "${constraint.name}" of the baseline is missing in the current dataset` : undefined
