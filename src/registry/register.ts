import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageGroupCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { SERVING } from '../config/serving.ts'

/** What a version in the registry is made of. */
export interface Registration {
  readonly group: string
  /** S3 URI of a `model.tar.gz`. */
  readonly modelDataUrl: string
  readonly imageUri: string
  /** S3 URI of an `evaluation.json`; a version may come without. */
  readonly evaluationUri: string | undefined
  readonly description: string
  /** ARN of what made it. */
  readonly generatedBy: string
  /** Shown with the version; values of at most 256 characters. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Registers a model as a new version that waits for a person's approval; makes the group where there is none. @returns its ARN */
export async function registerModel(client: SageMakerClient, registration: Registration): Promise<string> {
  const { group, modelDataUrl, imageUri, evaluationUri, description, generatedBy, metadata } = registration
  await ensureGroup(client, group)
  const made = await client.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: group,
      ModelPackageDescription: description,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: imageUri, ModelDataUrl: modelDataUrl }],
        SupportedContentTypes: [...SERVING.contentTypes],
        SupportedResponseMIMETypes: [...SERVING.answerTypes],
        SupportedRealtimeInferenceInstanceTypes: [...SERVING.endpointInstances],
        SupportedTransformInstanceTypes: [...SERVING.transformInstances],
      },
      ...(evaluationUri === undefined
        ? {}
        : {
            ModelMetrics: {
              ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: evaluationUri } },
            },
          }),
      MetadataProperties: { GeneratedBy: generatedBy },
      CustomerMetadataProperties: metadata,
    }),
  )
  return made.ModelPackageArn as string
}

async function ensureGroup(client: SageMakerClient, name: string): Promise<void> {
  try {
    await client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: name }))
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationException') throw error
    await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: name }))
  }
}
