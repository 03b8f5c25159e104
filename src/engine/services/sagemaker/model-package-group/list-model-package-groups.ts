import type { ListModelPackageGroupsInput, ListModelPackageGroupsOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { modelPackageGroups } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackageGroups.html */
export const listModelPackageGroups = operation<Checked<ListModelPackageGroupsInput>, ListModelPackageGroupsOutput>({
  permissions: () => [onAll('ListModelPackageGroups')],
  handle: (input, { engine }) => {
    const rows = modelPackageGroups(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (group) => ({ ...group, modifiedAt: group.createdAt }), input)
    return {
      NextToken,
      ModelPackageGroupSummaryList: page.map((group) => ({
        ModelPackageGroupName: group.name,
        ModelPackageGroupArn: group.arn,
        ModelPackageGroupDescription: group.description,
        ModelPackageGroupStatus: 'Completed',
        CreationTime: group.createdAt,
      })),
    }
  },
})
