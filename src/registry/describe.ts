import { DescribeModelPackageCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker'
import { parsePackageArn, type PackageVersion } from './package.ts'

/** A version with what is needed to run it and to judge it. */
export interface PackageDetails extends PackageVersion {
  readonly status: string
  readonly imageUri: string | undefined
  readonly modelDataUrl: string | undefined
  /** S3 URI of evaluation.json. */
  readonly evaluationUri: string | undefined
  readonly approvalDescription: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

export async function describePackage(client: SageMakerClient, arn: string): Promise<PackageDetails> {
  const one = await client.send(new DescribeModelPackageCommand({ ModelPackageName: arn }))
  const [container] = one.InferenceSpecification?.Containers ?? []
  return {
    arn,
    ...parsePackageArn(arn),
    approval: one.ModelApprovalStatus ?? 'PendingManualApproval',
    createdAt: one.CreationTime as Date,
    description: one.ModelPackageDescription,
    status: one.ModelPackageStatus as string,
    imageUri: container?.Image,
    modelDataUrl: container?.ModelDataUrl,
    evaluationUri: one.ModelMetrics?.ModelQuality?.Statistics?.S3Uri,
    approvalDescription: one.ApprovalDescription,
    metadata: one.CustomerMetadataProperties ?? {},
  }
}
