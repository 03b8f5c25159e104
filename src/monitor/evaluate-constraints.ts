import { checkBaselineDrift } from './checks/baseline-drift.ts'
import { checkCategoricalValues } from './checks/categorical-values.ts'
import type { Check, CheckInput, CheckType } from './checks/check.ts'
import { checkCompleteness } from './checks/completeness.ts'
import { checkDataType } from './checks/data-type.ts'
import { checkExtraColumn } from './checks/extra-column.ts'
import { checkMissingColumn } from './checks/missing-column.ts'
import { configFor, type Constraints } from './constraints.ts'
import type { Statistics } from './statistics.ts'
import { columnsOf, type Row } from './table.ts'

/** Every kind of violation and the check that finds it. */
const CHECKS: Record<CheckType, Check> = {
  missing_column_check: checkMissingColumn,
  extra_column_check: checkExtraColumn,
  data_type_check: checkDataType,
  completeness_check: checkCompleteness,
  categorical_values_check: checkCategoricalValues,
  baseline_drift_check: checkBaselineDrift,
}

export interface Violation {
  readonly feature_name: string
  readonly constraint_check_type: CheckType
  readonly description: string
}

/** `constraint_violations.json` of SageMaker Model Monitor. */
export interface ConstraintViolations {
  readonly violations: readonly Violation[]
}

/** What the checks see, feature by feature: those of the baseline first, then new ones. */
export function checkInputs(
  baseline: { readonly statistics: Statistics; readonly constraints: Constraints },
  statistics: Statistics,
  rows: readonly Row[],
): Map<string, CheckInput> {
  const { constraints } = baseline
  const columns = columnsOf(rows)
  const names = new Set([...constraints.features, ...statistics.features].map(({ name }) => name))
  return new Map(
    Array.from(names, (name): [string, CheckInput] => {
      const constraint = constraints.features.find((feature) => feature.name === name)
      const config = constraint ? configFor(constraint, constraints.monitoring_config) : constraints.monitoring_config
      return [
        name,
        {
          constraint,
          config,
          baseline: baseline.statistics.features.find((feature) => feature.name === name),
          current: statistics.features.find((feature) => feature.name === name),
          values: (columns.get(name) ?? []).filter((value) => value !== null),
        },
      ]
    }),
  )
}

/** Every constraint that the data breaks; features whose `evaluate_constraints` is `Disabled` are left out. */
export function evaluateConstraints(inputs: ReadonlyMap<string, CheckInput>): ConstraintViolations {
  const violations: Violation[] = []
  for (const [feature_name, input] of inputs) {
    if (input.config.evaluate_constraints === 'Disabled') continue
    for (const [type, check] of Object.entries(CHECKS) as [CheckType, Check][]) {
      const description = check(input)
      if (description !== undefined) violations.push({ feature_name, constraint_check_type: type, description })
    }
  }
  return { violations }
}
