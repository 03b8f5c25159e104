import type {
  DeleteRolePermissionsBoundaryCommandInput,
  DeleteRolePermissionsBoundaryCommandOutput,
  DeleteUserPermissionsBoundaryCommandInput,
  DeleteUserPermissionsBoundaryCommandOutput,
  PutRolePermissionsBoundaryCommandInput,
  PutRolePermissionsBoundaryCommandOutput,
  PutUserPermissionsBoundaryCommandInput,
  PutUserPermissionsBoundaryCommandOutput,
} from '@aws-sdk/client-iam'
import { managedPolicyText } from '../../../auth/iam/authorizer.ts'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import { noSuchEntity } from '../iam-errors.ts'
import { changeIdentity, onIdentity } from './identity-kinds.ts'

/** @throws AwsError `NoSuchEntity` when there is no such policy to bound by */
export function checkBoundary(engine: Engine, policyArn: string): void {
  if (managedPolicyText(engine.store, policyArn) === undefined) {
    throw noSuchEntity(`Scope ARN: ${policyArn} does not exist or is not attachable.`)
  }
}

export const putUserPermissionsBoundary = operation<
  PutUserPermissionsBoundaryCommandInput,
  PutUserPermissionsBoundaryCommandOutput
>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'PutUserPermissionsBoundary'),
  handle({ UserName = '', PermissionsBoundary = '' }, { engine }) {
    checkBoundary(engine, PermissionsBoundary)
    changeIdentity(engine, 'User', UserName, () => ({ permissionsBoundary: PermissionsBoundary }))
    return {}
  },
})

export const putRolePermissionsBoundary = operation<
  PutRolePermissionsBoundaryCommandInput,
  PutRolePermissionsBoundaryCommandOutput
>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'PutRolePermissionsBoundary'),
  handle({ RoleName = '', PermissionsBoundary = '' }, { engine }) {
    checkBoundary(engine, PermissionsBoundary)
    changeIdentity(engine, 'Role', RoleName, () => ({ permissionsBoundary: PermissionsBoundary }))
    return {}
  },
})

export const deleteUserPermissionsBoundary = operation<
  DeleteUserPermissionsBoundaryCommandInput,
  DeleteUserPermissionsBoundaryCommandOutput
>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'DeleteUserPermissionsBoundary'),
  handle({ UserName = '' }, { engine }) {
    changeIdentity(engine, 'User', UserName, () => ({ permissionsBoundary: undefined }))
    return {}
  },
})

export const deleteRolePermissionsBoundary = operation<
  DeleteRolePermissionsBoundaryCommandInput,
  DeleteRolePermissionsBoundaryCommandOutput
>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'DeleteRolePermissionsBoundary'),
  handle({ RoleName = '' }, { engine }) {
    changeIdentity(engine, 'Role', RoleName, () => ({ permissionsBoundary: undefined }))
    return {}
  },
})
