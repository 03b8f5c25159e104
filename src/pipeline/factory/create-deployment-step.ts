import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import { text, type Value } from '../dsl/reference.ts'
import { processingStep } from '../steps/job-steps.ts'
import { RETRY_SERVICE_FAULTS, type Step } from '../steps/step.ts'
import { executionUri, type StepContext } from './settings.ts'
import { skyloopJob, type ProcessingResources } from './skyloop-job.ts'

export interface DeploymentOptions extends ProcessingResources {
  /** @default 'Deploy' */
  readonly name?: string
  readonly modelPackageArn: Value<string>
  readonly endpointName: Value<string>
  /** @default 'ml.m5.large' */
  readonly endpointInstanceType?: Value<string>
  /** Share of requests that is captured for monitoring, in percent. @default 100 */
  readonly capturePercent?: Value<number>
}

/** Creates or updates an endpoint with a registered model and proves that it answers. Output `deployment`. */
export function createDeploymentStep(
  context: StepContext,
  options: DeploymentOptions,
): Step<DescribeProcessingJobResponse> {
  return processingStep({
    name: options.name ?? 'Deploy',
    displayName: 'Deploy to staging',
    description: 'Endpoint with data capture, waited for and smoke tested',
    arguments: skyloopJob(context, {
      ...options,
      program: 'deploy',
      arguments: [
        '--model-package-arn',
        options.modelPackageArn,
        '--endpoint-name',
        options.endpointName,
        '--role-arn',
        context.roleArn,
        '--instance-type',
        options.endpointInstanceType ?? 'ml.m5.large',
        '--initial-sampling',
        text(options.capturePercent ?? 100),
        '--capture-uri',
        executionUri(context, 'capture'),
      ],
      inputs: {},
      outputs: ['deployment'],
    }),
    retry: RETRY_SERVICE_FAULTS,
  })
}
