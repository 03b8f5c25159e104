import type { FeatureConstraint, MonitoringConfig } from '../constraints.ts'
import type { FeatureStatistics } from '../statistics.ts'
import type { Value } from '../table.ts'

/** The kinds of violation that Model Monitor's files know. */
export type CheckType =
  | 'data_type_check'
  | 'completeness_check'
  | 'baseline_drift_check'
  | 'missing_column_check'
  | 'extra_column_check'
  | 'categorical_values_check'

/** What one check sees of one feature. Of `constraint` and `current`, at least one is there. */
export interface CheckInput {
  /** Undefined when the baseline does not know the feature. */
  readonly constraint: FeatureConstraint | undefined
  readonly config: MonitoringConfig
  readonly baseline: FeatureStatistics | undefined
  /** Undefined when the data does not have the feature. */
  readonly current: FeatureStatistics | undefined
  /** Present values of the feature now. */
  readonly values: readonly Exclude<Value, null>[]
}

/** @returns what is wrong, in one sentence with the expected and the observed value; undefined when all is well */
export type Check = (input: CheckInput) => string | undefined

/** `0.985` becomes `98.5%`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`
}
