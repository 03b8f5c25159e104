import type {
  DeleteRolePolicyCommandInput,
  DeleteRolePolicyCommandOutput,
  DeleteUserPolicyCommandInput,
  DeleteUserPolicyCommandOutput,
  GetRolePolicyCommandInput,
  GetRolePolicyCommandOutput,
  GetUserPolicyCommandInput,
  GetUserPolicyCommandOutput,
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
  ListUserPoliciesCommandInput,
  ListUserPoliciesCommandOutput,
  PutRolePolicyCommandInput,
  PutRolePolicyCommandOutput,
  PutUserPolicyCommandInput,
  PutUserPolicyCommandOutput,
} from '@aws-sdk/client-iam'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import { noSuchEntity } from '../iam-errors.ts'
import { checkName } from '../names.ts'
import { pageOf } from '../page.ts'
import { checkPolicyText, encodePolicyText } from '../policy-text.ts'
import { changeIdentity, findIdentity, onIdentity, type Kind } from './identity-kinds.ts'

function put(engine: Engine, kind: Kind, name: string, policyName: string, document: string): void {
  checkName('policyName', policyName, 128)
  checkPolicyText(document, 'identity')
  changeIdentity(engine, kind, name, ({ inlinePolicies }) => ({
    inlinePolicies: [...inlinePolicies.filter((policy) => policy.name !== policyName), { name: policyName, document }],
  }))
}

function find(engine: Engine, kind: Kind, name: string, policyName: string): string {
  const policy = findIdentity(engine, kind, name).inlinePolicies.find((inner) => inner.name === policyName)
  if (policy === undefined) {
    throw noSuchEntity(`The ${kind.toLowerCase()} policy with name ${policyName} cannot be found.`)
  }
  return encodePolicyText(policy.document)
}

function remove(engine: Engine, kind: Kind, name: string, policyName: string): void {
  find(engine, kind, name, policyName)
  changeIdentity(engine, kind, name, ({ inlinePolicies }) => ({
    inlinePolicies: inlinePolicies.filter((policy) => policy.name !== policyName),
  }))
}

function list(
  engine: Engine,
  kind: Kind,
  name: string,
  input: ListUserPoliciesCommandInput | ListRolePoliciesCommandInput,
) {
  const names = findIdentity(engine, kind, name).inlinePolicies.map((policy) => policy.name)
  const { items, ...page } = pageOf(names.toSorted(), (item) => item, input)
  return { PolicyNames: items, ...page }
}

export const putUserPolicy = operation<PutUserPolicyCommandInput, PutUserPolicyCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'PutUserPolicy'),
  handle({ UserName = '', PolicyName = '', PolicyDocument = '' }, { engine }) {
    put(engine, 'User', UserName, PolicyName, PolicyDocument)
    return {}
  },
})

export const putRolePolicy = operation<PutRolePolicyCommandInput, PutRolePolicyCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'PutRolePolicy'),
  handle({ RoleName = '', PolicyName = '', PolicyDocument = '' }, { engine }) {
    put(engine, 'Role', RoleName, PolicyName, PolicyDocument)
    return {}
  },
})

export const getUserPolicy = operation<GetUserPolicyCommandInput, GetUserPolicyCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'GetUserPolicy'),
  handle: ({ UserName = '', PolicyName = '' }, { engine }) => ({
    UserName,
    PolicyName,
    PolicyDocument: find(engine, 'User', UserName, PolicyName),
  }),
})

export const getRolePolicy = operation<GetRolePolicyCommandInput, GetRolePolicyCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'GetRolePolicy'),
  handle: ({ RoleName = '', PolicyName = '' }, { engine }) => ({
    RoleName,
    PolicyName,
    PolicyDocument: find(engine, 'Role', RoleName, PolicyName),
  }),
})

export const deleteUserPolicy = operation<DeleteUserPolicyCommandInput, DeleteUserPolicyCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'DeleteUserPolicy'),
  handle({ UserName = '', PolicyName = '' }, { engine }) {
    remove(engine, 'User', UserName, PolicyName)
    return {}
  },
})

export const deleteRolePolicy = operation<DeleteRolePolicyCommandInput, DeleteRolePolicyCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'DeleteRolePolicy'),
  handle({ RoleName = '', PolicyName = '' }, { engine }) {
    remove(engine, 'Role', RoleName, PolicyName)
    return {}
  },
})

export const listUserPolicies = operation<ListUserPoliciesCommandInput, ListUserPoliciesCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'ListUserPolicies'),
  handle: (input, { engine }) => list(engine, 'User', input.UserName ?? '', input),
})

export const listRolePolicies = operation<ListRolePoliciesCommandInput, ListRolePoliciesCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'ListRolePolicies'),
  handle: (input, { engine }) => list(engine, 'Role', input.RoleName ?? '', input),
})
