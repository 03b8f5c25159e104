import type { ListModelPackagesInput, ListModelPackagesOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { modelPackages } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html */
export const listModelPackages = operation<Checked<ListModelPackagesInput>, ListModelPackagesOutput>({
  permissions: () => [onAll('ListModelPackages')],
  handle: (input, { engine }) => {
    const group = input.ModelPackageGroupName
    const prefix = group === undefined ? '' : `${nameFromArn('model-package-group', group)}/`
    const rows = modelPackages(engine)
      .list(input.ModelPackageType === 'Unversioned' ? '\u0000' : prefix)
      .map(({ value }) => value)
      .filter(
        ({ approvalStatus }) => input.ModelApprovalStatus === undefined || approvalStatus === input.ModelApprovalStatus,
      )
    const { page, NextToken } = listPage(
      rows,
      (item) => ({
        name: `${item.group}/${String(item.version).padStart(8, '0')}`,
        createdAt: item.createdAt,
        modifiedAt: item.modifiedAt,
        status: 'Completed',
      }),
      input,
    )
    return {
      NextToken,
      ModelPackageSummaryList: page.map((item) => ({
        ModelPackageName: item.group,
        ModelPackageGroupName: item.group,
        ModelPackageVersion: item.version,
        ModelPackageArn: item.arn,
        ModelPackageDescription: item.request.ModelPackageDescription,
        CreationTime: item.createdAt,
        ModelPackageStatus: 'Completed',
        ModelApprovalStatus: item.approvalStatus,
        ModelLifeCycle: item.request.ModelLifeCycle,
      })),
    }
  },
})
