import type {
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  DeleteRoleCommandOutput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  ListRolesCommandInput,
  ListRolesCommandOutput,
  Role,
  UpdateAssumeRolePolicyCommandInput,
  UpdateAssumeRolePolicyCommandOutput,
  UpdateRoleCommandInput,
  UpdateRoleCommandOutput,
} from '@aws-sdk/client-iam'
import { roles, type RoleRecord } from '../../../auth/identities.ts'
import { operation } from '../../../wire/operation.ts'
import { checkBoundary } from '../identity/boundaries.ts'
import { findIdentity, onIdentity } from '../identity/identity-kinds.ts'
import { mergeTags } from '../identity/tags.ts'
import { alreadyExists, deleteConflict, invalid } from '../iam-errors.ts'
import { checkName, checkPath, iamArn, uniqueId } from '../names.ts'
import { pageOf } from '../page.ts'
import { checkPolicyText, encodePolicyText } from '../policy-text.ts'

function roleOf(record: RoleRecord): Role {
  const { permissionsBoundary, description } = record
  return {
    Path: record.path,
    RoleName: record.roleName,
    RoleId: record.id,
    Arn: record.arn,
    CreateDate: record.createDate,
    AssumeRolePolicyDocument: encodePolicyText(record.trustPolicy),
    MaxSessionDuration: record.maxSessionDurationSeconds,
    ...(description !== undefined && { Description: description }),
    ...(record.tags.length > 0 && { Tags: [...record.tags] }),
    ...(permissionsBoundary !== undefined && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
        PermissionsBoundaryArn: permissionsBoundary,
      },
    }),
  }
}

/** Seconds, one hour to twelve. */
function checkSessionDuration(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 3600 && seconds <= 43_200) return seconds
  throw invalid(`MaxSessionDuration must be between 3600 and 43200 seconds, not ${seconds}`)
}

/** CreateRole. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const createRole = operation<CreateRoleCommandInput, CreateRoleCommandOutput>({
  permissions: ({ RoleName = '', Path = '/', PermissionsBoundary }, { engine }) => [
    {
      action: 'iam:CreateRole',
      resource: iamArn(engine, 'role', Path, RoleName),
      ...(PermissionsBoundary !== undefined && { context: { 'iam:PermissionsBoundary': PermissionsBoundary } }),
    },
  ],
  handle(input, { engine }) {
    const { RoleName = '', AssumeRolePolicyDocument = '', Description, PermissionsBoundary } = input
    checkName('roleName', RoleName, 64)
    const path = checkPath(input.Path)
    checkPolicyText(AssumeRolePolicyDocument, 'trust')
    if (PermissionsBoundary !== undefined) checkBoundary(engine, PermissionsBoundary)
    const record: RoleRecord = {
      roleName: RoleName,
      path,
      id: uniqueId(engine, 'AROA'),
      arn: iamArn(engine, 'role', path, RoleName),
      createDate: engine.clock.now(),
      trustPolicy: AssumeRolePolicyDocument,
      maxSessionDurationSeconds: checkSessionDuration(input.MaxSessionDuration ?? 3600),
      inlinePolicies: [],
      attachedPolicies: [],
      tags: mergeTags([], input.Tags ?? []),
      ...(Description !== undefined && { description: Description }),
      ...(PermissionsBoundary !== undefined && { permissionsBoundary: PermissionsBoundary }),
    }
    if (!roles(engine.store).insert(RoleName, record)) throw alreadyExists(`Role with name ${RoleName} already exists.`)
    return { Role: roleOf(record) }
  },
})

export const getRole = operation<GetRoleCommandInput, GetRoleCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'GetRole'),
  handle: ({ RoleName = '' }, { engine }) => ({ Role: roleOf(findIdentity(engine, 'Role', RoleName) as RoleRecord) }),
})

export const listRoles = operation<ListRolesCommandInput, ListRolesCommandOutput>({
  permissions: (_input, { engine }) => [{ action: 'iam:ListRoles', resource: iamArn(engine, 'role', '/', '*') }],
  handle(input, { engine }) {
    const all = roles(engine.store)
      .list()
      .map(({ value }) => value)
    const wanted = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
    const { items, ...page } = pageOf(wanted, ({ roleName }) => roleName, input)
    return { Roles: items.map(roleOf), ...page }
  },
})

export const updateRole = operation<UpdateRoleCommandInput, UpdateRoleCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'UpdateRole'),
  handle({ RoleName = '', Description, MaxSessionDuration }, { engine }) {
    findIdentity(engine, 'Role', RoleName)
    roles(engine.store).update(RoleName, (role) => ({
      ...role,
      ...(Description !== undefined && { description: Description }),
      ...(MaxSessionDuration !== undefined && { maxSessionDurationSeconds: checkSessionDuration(MaxSessionDuration) }),
    }))
    return {}
  },
})

export const updateAssumeRolePolicy = operation<
  UpdateAssumeRolePolicyCommandInput,
  UpdateAssumeRolePolicyCommandOutput
>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'UpdateAssumeRolePolicy'),
  handle({ RoleName = '', PolicyDocument = '' }, { engine }) {
    checkPolicyText(PolicyDocument, 'trust')
    findIdentity(engine, 'Role', RoleName)
    roles(engine.store).update(RoleName, (role) => ({ ...role, trustPolicy: PolicyDocument }))
    return {}
  },
})

/** DeleteRole: only one without policies. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html */
export const deleteRole = operation<DeleteRoleCommandInput, DeleteRoleCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'DeleteRole'),
  handle({ RoleName = '' }, { engine }) {
    engine.store.transaction(() => {
      const role = findIdentity(engine, 'Role', RoleName)
      if (role.inlinePolicies.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.')
      if (role.attachedPolicies.length > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.')
      roles(engine.store).delete(RoleName)
    })
    return {}
  },
})
