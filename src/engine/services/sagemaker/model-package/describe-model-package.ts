import type { DescribeModelPackageInput, DescribeModelPackageOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { userContext } from '../pipeline-execution/caller.ts'
import { getModelPackage } from './record.ts'
import type { ModelPackageRecord } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html */
export const describeModelPackage = operation<Checked<DescribeModelPackageInput>, DescribeModelPackageOutput>({
  permissions: (input, call) => [
    onResource(call, 'DescribeModelPackage', 'model-package', nameFromArn('model-package', input.ModelPackageName)),
  ],
  handle: (input, { engine }) => describedModelPackage(getModelPackage(engine, input.ModelPackageName)),
})

/** What Describe answers; pipeline steps read the same. */
export function describedModelPackage(item: ModelPackageRecord): DescribeModelPackageOutput {
  const { ClientToken: _token, ...request } = item.request
  return {
    ...request,
    ModelPackageName: item.group,
    ModelPackageGroupName: item.group,
    ModelPackageVersion: item.version,
    ModelPackageArn: item.arn,
    ModelPackageStatus: 'Completed',
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    ModelApprovalStatus: item.approvalStatus,
    ApprovalDescription: item.approvalDescription,
    CreationTime: item.createdAt,
    LastModifiedTime: item.modifiedAt,
    CreatedBy: userContext(item.createdBy),
    LastModifiedBy: userContext(item.modifiedBy),
  }
}
