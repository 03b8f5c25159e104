import type { StepType } from '../../pipeline/definition.ts'
import type { StepExecutor } from '../step-executor.ts'
import { conditionStep } from './condition.ts'
import { endpointConfigStep } from './endpoint-config.ts'
import { endpointStep } from './endpoint.ts'
import { failStep } from './fail.ts'
import { modelStep } from './model.ts'
import { processingStep } from './processing.ts'
import { registerModelStep } from './register-model.ts'
import { trainingStep } from './training.ts'
import { tuningStep } from './tuning.ts'

/** Every implemented step type; a type without an executor does not compile. */
export const STEP_EXECUTORS: Readonly<Record<StepType, StepExecutor>> = {
  Processing: processingStep,
  Training: trainingStep,
  Tuning: tuningStep,
  Model: modelStep,
  RegisterModel: registerModelStep,
  Condition: conditionStep,
  Fail: failStep,
  EndpointConfig: endpointConfigStep,
  Endpoint: endpointStep,
}
