import type { DescribeModelPackageOutput, ModelApprovalStatus } from '@aws-sdk/client-sagemaker'
import { SERVING } from '../../config/serving.ts'
import { execution, join, type Value } from '../dsl/reference.ts'
import { registerModelStep } from '../steps/job-steps.ts'
import { outputUri, RETRY_SERVICE_FAULTS, type Step } from '../steps/step.ts'
import type { StepContext } from './settings.ts'

export interface RegistrationOptions {
  /** @default 'Register' */
  readonly name?: string
  /** S3 URI of a `model.tar.gz`. */
  readonly model: Value<string>
  /** The step whose `evaluation.json` becomes the package's model quality. */
  readonly evaluation: Step
  readonly modelPackageGroupName: Value<string>
  /** @default 'PendingManualApproval' */
  readonly approvalStatus?: Value<string>
  /** Further facts about the model, shown with the package; values are at most 256 characters. */
  readonly metadata?: Readonly<Record<string, Value<string>>>
  readonly dependsOn?: readonly Step[]
}

/** Registers a model as a new version that waits for a person's approval. Its ARN: `properties.ModelPackageArn`. */
export function createRegistrationStep(
  context: StepContext,
  options: RegistrationOptions,
): Step<DescribeModelPackageOutput> {
  const { evaluation } = options
  return registerModelStep({
    name: options.name ?? 'Register',
    displayName: 'Register the model',
    description: 'A new version in the model package group, with its metrics and where it comes from',
    arguments: {
      ModelPackageGroupName: options.modelPackageGroupName,
      ModelPackageDescription: `YOLO11 detector from pipeline ${context.pipelineName}`,
      ModelApprovalStatus: (options.approvalStatus ?? 'PendingManualApproval') as ModelApprovalStatus,
      InferenceSpecification: {
        Containers: [{ Image: context.imageUri, ModelDataUrl: options.model }],
        SupportedContentTypes: SERVING.contentTypes,
        SupportedResponseMIMETypes: SERVING.answerTypes,
        SupportedRealtimeInferenceInstanceTypes: SERVING.endpointInstances,
        SupportedTransformInstanceTypes: SERVING.transformInstances,
      },
      ModelMetrics: {
        ModelQuality: {
          Statistics: {
            ContentType: 'application/json',
            S3Uri: join('/', [outputUri(evaluation, 'evaluation'), 'evaluation.json']),
          },
        },
      },
      // The way back from a package to the execution that made it.
      MetadataProperties: { GeneratedBy: execution('PipelineExecutionArn') },
      CustomerMetadataProperties: { pipelineExecutionArn: execution('PipelineExecutionArn'), ...options.metadata },
    },
    retry: RETRY_SERVICE_FAULTS,
    dependsOn: options.dependsOn,
  })
}
