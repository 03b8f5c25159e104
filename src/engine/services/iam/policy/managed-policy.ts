import type { Policy } from '@aws-sdk/client-iam'
import { AWS_MANAGED_POLICIES } from '../../../auth/iam/aws-managed.ts'
import { managedPolicies, roles, users, type ManagedPolicyRecord } from '../../../auth/identities.ts'
import type { Engine } from '../../../engine.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import type { Permission } from '../../../wire/operation.ts'
import { noSuchEntity } from '../iam-errors.ts'

/** Stands for when AWS's own policies were made; they are part of the engine, not of its state. */
const AWS_POLICY_DATE = new Date('2015-02-06T18:39:46Z')

/** A managed policy of the account, or one of AWS's own. @throws AwsError `NoSuchEntity` */
export function findPolicy(engine: Pick<Engine, 'store'>, arn: string): ManagedPolicyRecord {
  const own = managedPolicies(engine.store).get(arn)
  if (own !== undefined) return own
  const aws = AWS_MANAGED_POLICIES.get(arn)
  if (aws === undefined) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
  return {
    policyName: aws.name,
    path: aws.path,
    id: `ANPA${Buffer.from(aws.name).toString('hex').toUpperCase().padEnd(17, '0').slice(0, 17)}`,
    arn,
    description: aws.description,
    createDate: AWS_POLICY_DATE,
    updateDate: AWS_POLICY_DATE,
    defaultVersionId: 'v1',
    nextVersion: 2,
    versions: [{ versionId: 'v1', document: aws.document, createDate: AWS_POLICY_DATE }],
    tags: [],
  }
}

/** A policy that the account may change. @throws AwsError `AccessDenied` for AWS's own */
export function findOwnPolicy(engine: Pick<Engine, 'store'>, arn: string): ManagedPolicyRecord {
  const policy = findPolicy(engine, arn)
  if (AWS_MANAGED_POLICIES.has(arn)) {
    throw new AwsError('AccessDenied', 403, `Cannot change the policy ${arn}: it is managed by AWS`)
  }
  return policy
}

/** Users and roles to which the policy is attached. */
export function attachmentsOf(engine: Pick<Engine, 'store'>, arn: string) {
  const attached = (record: { attachedPolicies: readonly string[] }) => record.attachedPolicies.includes(arn)
  return {
    users: users(engine.store)
      .list()
      .map(({ value }) => value)
      .filter(attached),
    roles: roles(engine.store)
      .list()
      .map(({ value }) => value)
      .filter(attached),
  }
}

/** How many users and roles it bounds. */
function boundaryUses(engine: Pick<Engine, 'store'>, arn: string): number {
  const all = [...users(engine.store).list(), ...roles(engine.store).list()]
  return all.filter(({ value }) => value.permissionsBoundary === arn).length
}

export function policyOf(engine: Pick<Engine, 'store'>, record: ManagedPolicyRecord, withDetails: boolean): Policy {
  const attachments = attachmentsOf(engine, record.arn)
  return {
    PolicyName: record.policyName,
    PolicyId: record.id,
    Arn: record.arn,
    Path: record.path,
    DefaultVersionId: record.defaultVersionId,
    AttachmentCount: attachments.users.length + attachments.roles.length,
    PermissionsBoundaryUsageCount: boundaryUses(engine, record.arn),
    IsAttachable: true,
    CreateDate: record.createDate,
    UpdateDate: record.updateDate,
    ...(withDetails && record.description !== undefined && { Description: record.description }),
    ...(withDetails && { Tags: [...record.tags] }),
  }
}

export const onPolicy =
  (action: string) =>
  ({ PolicyArn = '' }: { readonly PolicyArn?: string | undefined }): Permission[] => [
    { action: `iam:${action}`, resource: PolicyArn },
  ]
