import type { PipelineExecutionStepMetadata } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { sagemakerArn } from '../arns.ts'
import type { StepType } from '../pipeline/definition.ts'
import type { StepRecord } from './record.ts'

type Describe = (engine: Engine, step: StepRecord, resource: string) => PipelineExecutionStepMetadata

const METADATA: Readonly<Record<StepType, Describe>> = {
  Processing: (engine, _step, name) => ({ ProcessingJob: { Arn: sagemakerArn(engine, 'processing-job', name) } }),
  Training: (engine, _step, name) => ({ TrainingJob: { Arn: sagemakerArn(engine, 'training-job', name) } }),
  Tuning: (engine, _step, name) => ({ TuningJob: { Arn: sagemakerArn(engine, 'hyper-parameter-tuning-job', name) } }),
  Model: (engine, _step, name) => ({ Model: { Arn: sagemakerArn(engine, 'model', name) } }),
  RegisterModel: (_engine, _step, arn) => ({ RegisterModel: { Arn: arn } }),
  EndpointConfig: (engine, _step, name) => ({ EndpointConfig: { Arn: sagemakerArn(engine, 'endpoint-config', name) } }),
  Endpoint: (engine, _step, name) => ({ Endpoint: { Arn: sagemakerArn(engine, 'endpoint', name) } }),
  Condition: (_engine, step) =>
    step.outcome === undefined ? {} : { Condition: { Outcome: step.outcome ? 'True' : 'False' } },
  Fail: (_engine, step) => ({ Fail: { ErrorMessage: step.failureReason } }),
}

/** What a step has made, in the shape of ListPipelineExecutionSteps. */
export function stepMetadata(engine: Engine, step: StepRecord): PipelineExecutionStepMetadata {
  const needsResource = step.type !== 'Condition' && step.type !== 'Fail'
  if (needsResource && (step.resource === undefined || step.status === 'Starting')) return {}
  return METADATA[step.type](engine, step, step.resource ?? '')
}
