import { paginateListModelPackages, type ModelApprovalStatus, type SageMakerClient } from '@aws-sdk/client-sagemaker'
import { parsePackageArn, type PackageVersion } from './package.ts'

/**
 * The versions of a group, newest first.
 *
 * @param approval only versions in this state
 * @returns an empty list when the group does not exist: nothing has been registered yet
 */
export async function listPackages(
  client: SageMakerClient,
  group: string,
  approval?: ModelApprovalStatus,
): Promise<PackageVersion[]> {
  const found: PackageVersion[] = []
  try {
    const pages = paginateListModelPackages(
      { client },
      { ModelPackageGroupName: group, ModelApprovalStatus: approval, SortBy: 'CreationTime', SortOrder: 'Descending' },
    )
    for await (const page of pages) {
      for (const one of page.ModelPackageSummaryList ?? []) {
        const arn = one.ModelPackageArn as string
        found.push({
          arn,
          ...parsePackageArn(arn),
          approval: one.ModelApprovalStatus ?? 'PendingManualApproval',
          createdAt: one.CreationTime as Date,
          description: one.ModelPackageDescription,
        })
      }
    }
  } catch (error) {
    if (isMissingGroup(error)) return []
    throw error
  }
  // Versions made within one second have equal times on the wire.
  return found.toSorted((a, b) => b.version - a.version)
}

/** SageMaker says `ValidationException` with "does not exist" for an unknown group, and newer operations `ResourceNotFound`. */
function isMissingGroup(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'ResourceNotFound' || (error.name === 'ValidationException' && /not exist/.test(error.message))
}
