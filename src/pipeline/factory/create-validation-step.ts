import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import type { Value } from '../dsl/reference.ts'
import { processingStep } from '../steps/job-steps.ts'
import { RETRY_SERVICE_FAULTS, type Step, type StepOptions } from '../steps/step.ts'
import type { StepContext } from './settings.ts'
import { skyloopJob, type ProcessingResources } from './skyloop-job.ts'

export interface ValidationOptions extends ProcessingResources {
  /** @default 'Validate' */
  readonly name?: string
  /** S3 prefix of a prepared data set. */
  readonly dataset: Value<string>
  readonly dependsOn?: StepOptions['dependsOn']
}

/** Checks a prepared data set and fails the execution when it is not fit. Output `validation`: `validation.json`. */
export function createValidationStep(
  context: StepContext,
  options: ValidationOptions,
): Step<DescribeProcessingJobResponse> {
  return processingStep({
    name: options.name ?? 'Validate',
    displayName: 'Validate the data set',
    description: 'Images decode, labels are sound, no flight is in two splits',
    arguments: skyloopJob(context, {
      ...options,
      program: 'validate',
      arguments: [],
      inputs: { data: options.dataset },
      outputs: ['validation'],
    }),
    propertyFiles: [{ name: 'ValidationReport', outputName: 'validation', path: 'validation.json' }],
    retry: RETRY_SERVICE_FAULTS,
    dependsOn: options.dependsOn,
  })
}
