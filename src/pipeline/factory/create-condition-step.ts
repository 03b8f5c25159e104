import { greaterThanOrEqualTo } from '../dsl/condition.ts'
import { join, type Value } from '../dsl/reference.ts'
import { conditionStep, failStep } from '../steps/control-steps.ts'
import { jsonGet, outputUri, type Step } from '../steps/step.ts'
import { EVALUATION_REPORT } from './create-evaluation-step.ts'

export interface QualityGateOptions {
  /** @default 'QualityGate' */
  readonly name?: string
  readonly evaluation: Step
  /** 0 to 1. */
  readonly minMap50: Value<number>
  /** Steps of a model that is good enough. */
  readonly ifSteps: readonly Step[]
  /** @default one Fail step that states the gate */
  readonly elseSteps?: readonly Step[]
  readonly dependsOn?: readonly Step[]
}

/** Goes on only with a model whose mAP50 reaches the minimum. */
export function createConditionStep(options: QualityGateOptions): Step {
  const { evaluation, minMap50 } = options
  const name = options.name ?? 'QualityGate'
  return conditionStep({
    name,
    displayName: 'Quality gate',
    description: 'mAP50 of the evaluation must reach the minimum',
    conditions: [
      greaterThanOrEqualTo(jsonGet<number>(evaluation, EVALUATION_REPORT, 'detection_metrics.map50.value'), minMap50),
    ],
    ifSteps: options.ifSteps,
    elseSteps: options.elseSteps ?? [
      failStep({
        name: `${name}Failed`,
        displayName: 'Stop: the model is not good enough',
        message: join('', [
          'Quality gate not passed: mAP50 of the model is below the required minimum of ',
          minMap50,
          '. See ',
          outputUri(evaluation, 'evaluation'),
          '/evaluation.json',
        ]),
      }),
    ],
    dependsOn: options.dependsOn,
  })
}
