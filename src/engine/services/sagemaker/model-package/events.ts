import { tagMap } from '../tags/tag-store.ts'
import type { Engine } from '../../../engine.ts'
import type { ModelPackageRecord } from './record.ts'

/** `SageMaker Model Package State Change`, published when a version is registered and when its approval changes. */
export function publishModelPackage(engine: Engine, item: ModelPackageRecord): void {
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Package State Change',
    resources: [item.arn],
    detail: {
      ModelPackageName: `${item.group}/${item.version}`,
      ModelPackageGroupName: item.group,
      ModelPackageVersion: item.version,
      ModelPackageArn: item.arn,
      ModelPackageDescription: item.request.ModelPackageDescription,
      CreationTime: item.createdAt.toISOString(),
      LastModifiedTime: item.modifiedAt.toISOString(),
      InferenceSpecification: item.request.InferenceSpecification,
      ModelPackageStatus: 'Completed',
      ModelApprovalStatus: item.approvalStatus,
      ApprovalDescription: item.approvalDescription,
      ModelMetrics: item.request.ModelMetrics,
      MetadataProperties: item.request.MetadataProperties,
      CustomerMetadataProperties: item.request.CustomerMetadataProperties,
      Tags: tagMap(engine, item.arn),
    },
  })
}
