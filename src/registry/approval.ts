import { UpdateModelPackageCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker'
import { listPackages } from './list.ts'
import type { PackageVersion } from './package.ts'

/** Releases a version for deployment. @param reason kept with the package, up to 1024 characters */
export async function approvePackage(client: SageMakerClient, arn: string, reason?: string): Promise<void> {
  await decide(client, arn, 'Approved', reason)
}

/** Forbids a version; an endpoint that already serves it goes on until another is deployed. */
export async function rejectPackage(client: SageMakerClient, arn: string, reason?: string): Promise<void> {
  await decide(client, arn, 'Rejected', reason)
}

async function decide(
  client: SageMakerClient,
  arn: string,
  status: 'Approved' | 'Rejected',
  reason: string | undefined,
): Promise<void> {
  await client.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: arn,
      ModelApprovalStatus: status,
      ...(reason === undefined ? {} : { ApprovalDescription: reason.slice(0, 1024) }),
    }),
  )
}

/**
 * Takes back the newest approved version.
 *
 * @returns the version taken back, and the newest that is still approved: the one to deploy now
 */
export async function rollBack(
  client: SageMakerClient,
  group: string,
  reason?: string,
): Promise<{ readonly rejected: PackageVersion | undefined; readonly current: PackageVersion | undefined }> {
  const [rejected, current] = await listPackages(client, group, 'Approved')
  if (rejected) await rejectPackage(client, rejected.arn, reason)
  return { rejected, current }
}
