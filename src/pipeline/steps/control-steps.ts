import type { Condition } from '../dsl/condition.ts'
import type { Value } from '../dsl/reference.ts'
import { makeStep, type ConditionArguments, type Step, type StepOptions } from './step.ts'

export interface ConditionStepOptions extends StepOptions {
  /** All must hold. */
  readonly conditions: readonly Condition[]
  /** @default none */
  readonly ifSteps?: readonly Step[]
  /** @default none */
  readonly elseSteps?: readonly Step[]
}

/** Goes on with one list of steps or the other. */
export function conditionStep({ conditions, ifSteps = [], elseSteps = [], ...options }: ConditionStepOptions): Step {
  const decision: ConditionArguments = { conditions, ifSteps, elseSteps }
  return makeStep({ ...options, type: 'Condition', arguments: decision })
}

export interface FailStepOptions extends StepOptions {
  /** What the execution's failure reason will say. */
  readonly message: Value<string>
}

/** Ends the execution as failed. */
export function failStep({ message, ...options }: FailStepOptions): Step {
  return makeStep({ ...options, type: 'Fail', arguments: { ErrorMessage: message } })
}
