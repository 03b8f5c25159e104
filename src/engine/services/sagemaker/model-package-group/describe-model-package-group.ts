import type { DescribeModelPackageGroupInput, DescribeModelPackageGroupOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { userContext } from '../pipeline-execution/caller.ts'
import { getModelPackageGroup } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackageGroup.html */
export const describeModelPackageGroup = operation<
  Checked<DescribeModelPackageGroupInput>,
  DescribeModelPackageGroupOutput
>({
  permissions: (input, call) => [
    onResource(
      call,
      'DescribeModelPackageGroup',
      'model-package-group',
      nameFromArn('model-package-group', input.ModelPackageGroupName),
    ),
  ],
  handle: (input, { engine }) => {
    const group = getModelPackageGroup(engine, input.ModelPackageGroupName)
    return {
      ModelPackageGroupName: group.name,
      ModelPackageGroupArn: group.arn,
      ModelPackageGroupDescription: group.description,
      ModelPackageGroupStatus: 'Completed',
      CreationTime: group.createdAt,
      CreatedBy: userContext(group.createdBy),
    }
  },
})
