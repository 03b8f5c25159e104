import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import type { Value } from '../dsl/reference.ts'
import { processingStep } from '../steps/job-steps.ts'
import { RETRY_SERVICE_FAULTS, type Step } from '../steps/step.ts'
import type { StepContext } from './settings.ts'
import { skyloopJob, type ProcessingResources } from './skyloop-job.ts'

/** Property file of the evaluation step. */
export const EVALUATION_REPORT = 'EvaluationReport'

export interface EvaluationOptions extends ProcessingResources {
  /** @default 'Evaluate' */
  readonly name?: string
  /** S3 URI of a `model.tar.gz`. */
  readonly model: Value<string>
  /** S3 prefix of a prepared data set. */
  readonly dataset: Value<string>
  /** @default `test` where the data set has one, else `val` */
  readonly split?: Value<string>
}

/** Scores a model with COCO metrics. Output `evaluation`: `evaluation.json` (also a property file), `report.html`. */
export function createEvaluationStep(
  context: StepContext,
  options: EvaluationOptions,
): Step<DescribeProcessingJobResponse> {
  return processingStep({
    name: options.name ?? 'Evaluate',
    displayName: 'Evaluate the model',
    description: 'COCO metrics of the trained model on images it has not seen',
    arguments: skyloopJob(context, {
      ...options,
      program: 'evaluate',
      arguments: options.split === undefined ? [] : ['--split', options.split],
      inputs: { model: options.model, data: options.dataset },
      outputs: ['evaluation'],
    }),
    propertyFiles: [{ name: EVALUATION_REPORT, outputName: 'evaluation', path: 'evaluation.json' }],
    retry: RETRY_SERVICE_FAULTS,
  })
}
