import type {
  CreatePolicyVersionCommandInput,
  CreatePolicyVersionCommandOutput,
  DeletePolicyVersionCommandInput,
  DeletePolicyVersionCommandOutput,
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
  ListPolicyVersionsCommandInput,
  ListPolicyVersionsCommandOutput,
  PolicyVersion,
  SetDefaultPolicyVersionCommandInput,
  SetDefaultPolicyVersionCommandOutput,
} from '@aws-sdk/client-iam'
import { managedPolicies, type ManagedPolicyRecord } from '../../../auth/identities.ts'
import { operation } from '../../../wire/operation.ts'
import { deleteConflict, limitExceeded, noSuchEntity } from '../iam-errors.ts'
import { pageOf } from '../page.ts'
import { checkPolicyText, encodePolicyText } from '../policy-text.ts'
import { findOwnPolicy, findPolicy, onPolicy } from './managed-policy.ts'

const MAX_VERSIONS = 5

function versionOf(record: ManagedPolicyRecord, versionId: string, withDocument: boolean): PolicyVersion {
  const version = record.versions.find((candidate) => candidate.versionId === versionId)
  if (version === undefined)
    throw noSuchEntity(`Policy ${record.arn} version ${versionId} does not exist or is not attachable.`)
  return {
    VersionId: versionId,
    IsDefaultVersion: versionId === record.defaultVersionId,
    CreateDate: version.createDate,
    ...(withDocument && { Document: encodePolicyText(version.document) }),
  }
}

/** CreatePolicyVersion. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html */
export const createPolicyVersion = operation<CreatePolicyVersionCommandInput, CreatePolicyVersionCommandOutput>({
  permissions: onPolicy('CreatePolicyVersion'),
  handle({ PolicyArn = '', PolicyDocument = '', SetAsDefault = false }, { engine }) {
    checkPolicyText(PolicyDocument, 'identity')
    return engine.store.transaction(() => {
      const record = findOwnPolicy(engine, PolicyArn)
      if (record.versions.length >= MAX_VERSIONS) {
        throw limitExceeded(
          `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
        )
      }
      const versionId = `v${record.nextVersion}`
      const now = engine.clock.now()
      const next: ManagedPolicyRecord = {
        ...record,
        updateDate: now,
        nextVersion: record.nextVersion + 1,
        versions: [...record.versions, { versionId, document: PolicyDocument, createDate: now }],
        defaultVersionId: SetAsDefault ? versionId : record.defaultVersionId,
      }
      managedPolicies(engine.store).put(PolicyArn, next)
      return { PolicyVersion: versionOf(next, versionId, false) }
    })
  },
})

export const getPolicyVersion = operation<GetPolicyVersionCommandInput, GetPolicyVersionCommandOutput>({
  permissions: onPolicy('GetPolicyVersion'),
  handle: ({ PolicyArn = '', VersionId = '' }, { engine }) => ({
    PolicyVersion: versionOf(findPolicy(engine, PolicyArn), VersionId, true),
  }),
})

export const listPolicyVersions = operation<ListPolicyVersionsCommandInput, ListPolicyVersionsCommandOutput>({
  permissions: onPolicy('ListPolicyVersions'),
  handle(input, { engine }) {
    const record = findPolicy(engine, input.PolicyArn ?? '')
    const versions = record.versions.toReversed().map(({ versionId }) => versionOf(record, versionId, false))
    const { items, ...page } = pageOf(versions, ({ VersionId = '' }) => VersionId, input)
    return { Versions: items, ...page }
  },
})

export const setDefaultPolicyVersion = operation<
  SetDefaultPolicyVersionCommandInput,
  SetDefaultPolicyVersionCommandOutput
>({
  permissions: onPolicy('SetDefaultPolicyVersion'),
  handle({ PolicyArn = '', VersionId = '' }, { engine }) {
    versionOf(findOwnPolicy(engine, PolicyArn), VersionId, false)
    managedPolicies(engine.store).update(PolicyArn, (policy) => ({ ...policy, defaultVersionId: VersionId }))
    return {}
  },
})

export const deletePolicyVersion = operation<DeletePolicyVersionCommandInput, DeletePolicyVersionCommandOutput>({
  permissions: onPolicy('DeletePolicyVersion'),
  handle({ PolicyArn = '', VersionId = '' }, { engine }) {
    const version = versionOf(findOwnPolicy(engine, PolicyArn), VersionId, false)
    if (version.IsDefaultVersion) throw deleteConflict('Cannot delete the default version of a policy.')
    managedPolicies(engine.store).update(PolicyArn, (policy) => ({
      ...policy,
      versions: policy.versions.filter(({ versionId }) => versionId !== VersionId),
    }))
    return {}
  },
})
