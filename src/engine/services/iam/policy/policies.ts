import type {
  CreatePolicyCommandInput,
  CreatePolicyCommandOutput,
  DeletePolicyCommandInput,
  DeletePolicyCommandOutput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  ListEntitiesForPolicyCommandInput,
  ListEntitiesForPolicyCommandOutput,
  ListPoliciesCommandInput,
  ListPoliciesCommandOutput,
  TagPolicyCommandInput,
  TagPolicyCommandOutput,
} from '@aws-sdk/client-iam'
import { AWS_MANAGED_POLICIES } from '../../../auth/iam/aws-managed.ts'
import { managedPolicies, type ManagedPolicyRecord } from '../../../auth/identities.ts'
import { operation } from '../../../wire/operation.ts'
import { mergeTags } from '../identity/tags.ts'
import { alreadyExists, deleteConflict } from '../iam-errors.ts'
import { checkName, checkPath, iamArn, uniqueId } from '../names.ts'
import { pageOf } from '../page.ts'
import { checkPolicyText } from '../policy-text.ts'
import { attachmentsOf, findOwnPolicy, findPolicy, onPolicy, policyOf } from './managed-policy.ts'

/** CreatePolicy. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
export const createPolicy = operation<CreatePolicyCommandInput, CreatePolicyCommandOutput>({
  permissions: ({ PolicyName = '', Path = '/' }, { engine }) => [
    { action: 'iam:CreatePolicy', resource: iamArn(engine, 'policy', Path, PolicyName) },
  ],
  handle({ PolicyName = '', PolicyDocument = '', Path, Description, Tags = [] }, { engine }) {
    checkName('policyName', PolicyName, 128)
    const path = checkPath(Path)
    checkPolicyText(PolicyDocument, 'identity')
    const now = engine.clock.now()
    const arn = iamArn(engine, 'policy', path, PolicyName)
    const record: ManagedPolicyRecord = {
      policyName: PolicyName,
      path,
      id: uniqueId(engine, 'ANPA'),
      arn,
      createDate: now,
      updateDate: now,
      defaultVersionId: 'v1',
      nextVersion: 2,
      versions: [{ versionId: 'v1', document: PolicyDocument, createDate: now }],
      tags: mergeTags([], Tags),
      ...(Description !== undefined && { description: Description }),
    }
    if (!managedPolicies(engine.store).insert(arn, record)) {
      throw alreadyExists(`A policy called ${PolicyName} already exists. Duplicate names are not allowed.`)
    }
    return { Policy: policyOf(engine, record, true) }
  },
})

export const getPolicy = operation<GetPolicyCommandInput, GetPolicyCommandOutput>({
  permissions: onPolicy('GetPolicy'),
  handle: ({ PolicyArn = '' }, { engine }) => ({ Policy: policyOf(engine, findPolicy(engine, PolicyArn), true) }),
})

export const listPolicies = operation<ListPoliciesCommandInput, ListPoliciesCommandOutput>({
  permissions: (_input, { engine }) => [{ action: 'iam:ListPolicies', resource: iamArn(engine, 'policy', '/', '*') }],
  handle(input, { engine }) {
    const own = managedPolicies(engine.store)
      .list()
      .map(({ value }) => value)
    const aws = [...AWS_MANAGED_POLICIES.keys()].map((arn) => findPolicy(engine, arn))
    const scoped = { AWS: aws, Local: own, All: [...own, ...aws] }[input.Scope ?? 'All']
    const wanted = scoped
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
      .map((record) => policyOf(engine, record, false))
      .filter((policy) => !input.OnlyAttached || (policy.AttachmentCount ?? 0) > 0)
    const { items, ...page } = pageOf(wanted, ({ Arn = '' }) => Arn, input)
    return { Policies: items, ...page }
  },
})

/** DeletePolicy: only one that is attached nowhere and has no version but its default. */
export const deletePolicy = operation<DeletePolicyCommandInput, DeletePolicyCommandOutput>({
  permissions: onPolicy('DeletePolicy'),
  handle({ PolicyArn = '' }, { engine }) {
    engine.store.transaction(() => {
      const record = findOwnPolicy(engine, PolicyArn)
      const attachments = attachmentsOf(engine, PolicyArn)
      if (attachments.users.length + attachments.roles.length > 0) {
        throw deleteConflict('Cannot delete a policy attached to entities.')
      }
      if (record.versions.length > 1) {
        throw deleteConflict(
          'This policy has more than one version. Before you delete a policy, you must delete the policy versions.',
        )
      }
      managedPolicies(engine.store).delete(PolicyArn)
    })
    return {}
  },
})

export const listEntitiesForPolicy = operation<ListEntitiesForPolicyCommandInput, ListEntitiesForPolicyCommandOutput>({
  permissions: onPolicy('ListEntitiesForPolicy'),
  handle({ PolicyArn = '', EntityFilter }, { engine }) {
    findPolicy(engine, PolicyArn)
    const attachments = attachmentsOf(engine, PolicyArn)
    const wants = (kind: string) => EntityFilter === undefined || EntityFilter === kind
    return {
      PolicyGroups: [],
      PolicyUsers: wants('User')
        ? attachments.users.map(({ userName, id }) => ({ UserName: userName, UserId: id }))
        : [],
      PolicyRoles: wants('Role')
        ? attachments.roles.map(({ roleName, id }) => ({ RoleName: roleName, RoleId: id }))
        : [],
      IsTruncated: false,
    }
  },
})

export const tagPolicy = operation<TagPolicyCommandInput, TagPolicyCommandOutput>({
  permissions: onPolicy('TagPolicy'),
  handle({ PolicyArn = '', Tags = [] }, { engine }) {
    findOwnPolicy(engine, PolicyArn)
    managedPolicies(engine.store).update(PolicyArn, (policy) => ({ ...policy, tags: mergeTags(policy.tags, Tags) }))
    return {}
  },
})
