import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import { text, type Value } from '../dsl/reference.ts'
import { processingStep } from '../steps/job-steps.ts'
import { RETRY_SERVICE_FAULTS, type Step, type StepOptions } from '../steps/step.ts'
import type { StepContext } from './settings.ts'
import { skyloopJob, type ProcessingResources } from './skyloop-job.ts'

export interface MonitoringOptions extends ProcessingResources {
  /** @default 'MonitoringSetup' */
  readonly name?: string
  /** S3 URI of a `model.tar.gz`. */
  readonly model: Value<string>
  /** S3 prefix with whole frames, such as an endpoint will be sent: a prepared data set or raw images. */
  readonly frames: Value<string>
  /** Images that the baseline is computed from, at most. @default 400 */
  readonly maxImages?: Value<number>
  /** Distance between distributions that counts as drift, 0 to 1. @default 0.2 */
  readonly driftThreshold?: Value<number>
  readonly dependsOn?: StepOptions['dependsOn']
}

/** Computes what is normal, for the monitor. Output `baseline`: `statistics.json` and `constraints.json`. */
export function createMonitoringStep(
  context: StepContext,
  options: MonitoringOptions,
): Step<DescribeProcessingJobResponse> {
  return processingStep({
    name: options.name ?? 'MonitoringSetup',
    displayName: 'Set up monitoring',
    description: 'Statistics of images and detections, and the constraints that later traffic is held against',
    arguments: skyloopJob(context, {
      ...options,
      program: 'baseline',
      arguments: [
        '--max-images',
        text(options.maxImages ?? 400),
        '--comparison-threshold',
        text(options.driftThreshold ?? 0.2),
      ],
      inputs: { model: options.model, data: options.frames },
      outputs: ['baseline'],
    }),
    retry: RETRY_SERVICE_FAULTS,
    dependsOn: options.dependsOn,
  })
}
