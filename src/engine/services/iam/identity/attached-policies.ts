import type {
  AttachRolePolicyCommandInput,
  AttachRolePolicyCommandOutput,
  AttachUserPolicyCommandInput,
  AttachUserPolicyCommandOutput,
  DetachRolePolicyCommandInput,
  DetachRolePolicyCommandOutput,
  DetachUserPolicyCommandInput,
  DetachUserPolicyCommandOutput,
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
  ListAttachedUserPoliciesCommandInput,
  ListAttachedUserPoliciesCommandOutput,
} from '@aws-sdk/client-iam'
import { managedPolicyText } from '../../../auth/iam/authorizer.ts'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import { noSuchEntity } from '../iam-errors.ts'
import { pageOf } from '../page.ts'
import { changeIdentity, findIdentity, onIdentity, type Kind } from './identity-kinds.ts'

function attach(engine: Engine, kind: Kind, name: string, policyArn: string): void {
  if (managedPolicyText(engine.store, policyArn) === undefined) {
    throw noSuchEntity(`Policy ${policyArn} does not exist or is not attachable.`)
  }
  changeIdentity(engine, kind, name, ({ attachedPolicies }) => ({
    attachedPolicies: attachedPolicies.includes(policyArn) ? attachedPolicies : [...attachedPolicies, policyArn],
  }))
}

function detach(engine: Engine, kind: Kind, name: string, policyArn: string): void {
  changeIdentity(engine, kind, name, ({ attachedPolicies }) => {
    if (!attachedPolicies.includes(policyArn)) throw noSuchEntity(`Policy ${policyArn} was not found.`)
    return { attachedPolicies: attachedPolicies.filter((arn) => arn !== policyArn) }
  })
}

interface ListInput {
  readonly PathPrefix?: string | undefined
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

function list(engine: Engine, kind: Kind, name: string, input: ListInput) {
  const all = findIdentity(engine, kind, name).attachedPolicies.map((PolicyArn) => ({
    PolicyArn,
    PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
  }))
  const wanted = all.filter(({ PolicyArn }) => pathOf(PolicyArn).startsWith(input.PathPrefix ?? '/'))
  const { items, ...page } = pageOf(wanted, (policy) => policy.PolicyArn, input)
  return { AttachedPolicies: items, ...page }
}

const pathOf = (policyArn: string): string =>
  policyArn.slice(policyArn.indexOf(':policy') + 7, policyArn.lastIndexOf('/') + 1)

/** Policies may allow attaching only certain policies, by `iam:PolicyARN`. */
const policyContext = (arn: string) => ({ 'iam:PolicyARN': arn })

export const attachUserPolicy = operation<AttachUserPolicyCommandInput, AttachUserPolicyCommandOutput>({
  permissions: ({ UserName = '', PolicyArn = '' }, call) =>
    onIdentity(call, 'User', UserName, 'AttachUserPolicy', policyContext(PolicyArn)),
  handle({ UserName = '', PolicyArn = '' }, { engine }) {
    attach(engine, 'User', UserName, PolicyArn)
    return {}
  },
})

export const attachRolePolicy = operation<AttachRolePolicyCommandInput, AttachRolePolicyCommandOutput>({
  permissions: ({ RoleName = '', PolicyArn = '' }, call) =>
    onIdentity(call, 'Role', RoleName, 'AttachRolePolicy', policyContext(PolicyArn)),
  handle({ RoleName = '', PolicyArn = '' }, { engine }) {
    attach(engine, 'Role', RoleName, PolicyArn)
    return {}
  },
})

export const detachUserPolicy = operation<DetachUserPolicyCommandInput, DetachUserPolicyCommandOutput>({
  permissions: ({ UserName = '', PolicyArn = '' }, call) =>
    onIdentity(call, 'User', UserName, 'DetachUserPolicy', policyContext(PolicyArn)),
  handle({ UserName = '', PolicyArn = '' }, { engine }) {
    detach(engine, 'User', UserName, PolicyArn)
    return {}
  },
})

export const detachRolePolicy = operation<DetachRolePolicyCommandInput, DetachRolePolicyCommandOutput>({
  permissions: ({ RoleName = '', PolicyArn = '' }, call) =>
    onIdentity(call, 'Role', RoleName, 'DetachRolePolicy', policyContext(PolicyArn)),
  handle({ RoleName = '', PolicyArn = '' }, { engine }) {
    detach(engine, 'Role', RoleName, PolicyArn)
    return {}
  },
})

export const listAttachedUserPolicies = operation<
  ListAttachedUserPoliciesCommandInput,
  ListAttachedUserPoliciesCommandOutput
>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'ListAttachedUserPolicies'),
  handle: (input, { engine }) => list(engine, 'User', input.UserName ?? '', input),
})

export const listAttachedRolePolicies = operation<
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput
>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'ListAttachedRolePolicies'),
  handle: (input, { engine }) => list(engine, 'Role', input.RoleName ?? '', input),
})
