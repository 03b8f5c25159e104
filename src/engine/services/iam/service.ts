import * as sdk from '@aws-sdk/client-iam'
import type { SchemaService } from '../../wire/operation.ts'
import { createAccessKey, deleteAccessKey, listAccessKeys, updateAccessKey } from './access-key/access-keys.ts'
import {
  attachRolePolicy,
  attachUserPolicy,
  detachRolePolicy,
  detachUserPolicy,
  listAttachedRolePolicies,
  listAttachedUserPolicies,
} from './identity/attached-policies.ts'
import {
  deleteRolePermissionsBoundary,
  deleteUserPermissionsBoundary,
  putRolePermissionsBoundary,
  putUserPermissionsBoundary,
} from './identity/boundaries.ts'
import {
  deleteRolePolicy,
  deleteUserPolicy,
  getRolePolicy,
  getUserPolicy,
  listRolePolicies,
  listUserPolicies,
  putRolePolicy,
  putUserPolicy,
} from './identity/inline-policies.ts'
import { listRoleTags, listUserTags, tagRole, tagUser, untagRole, untagUser } from './identity/tags.ts'
import {
  createPolicy,
  deletePolicy,
  getPolicy,
  listEntitiesForPolicy,
  listPolicies,
  tagPolicy,
} from './policy/policies.ts'
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './policy/policy-versions.ts'
import { createRole, deleteRole, getRole, listRoles, updateAssumeRolePolicy, updateRole } from './role/roles.ts'
import { simulateCustomPolicy, simulatePrincipalPolicy } from './simulation/simulate.ts'
import { createUser, deleteUser, getUser, listUsers } from './user/users.ts'

/** IAM on the wire. Groups, login profiles, MFA devices and instance profiles are not here. */
export function createIamService(): { readonly service: SchemaService } {
  return {
    service: {
      signingName: 'iam',
      protocol: 'awsQuery',
      sdk,
      operations: {
        AttachRolePolicy: attachRolePolicy,
        AttachUserPolicy: attachUserPolicy,
        CreateAccessKey: createAccessKey,
        CreatePolicy: createPolicy,
        CreatePolicyVersion: createPolicyVersion,
        CreateRole: createRole,
        CreateUser: createUser,
        DeleteAccessKey: deleteAccessKey,
        DeletePolicy: deletePolicy,
        DeletePolicyVersion: deletePolicyVersion,
        DeleteRole: deleteRole,
        DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
        DeleteRolePolicy: deleteRolePolicy,
        DeleteUser: deleteUser,
        DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
        DeleteUserPolicy: deleteUserPolicy,
        DetachRolePolicy: detachRolePolicy,
        DetachUserPolicy: detachUserPolicy,
        GetPolicy: getPolicy,
        GetPolicyVersion: getPolicyVersion,
        GetRole: getRole,
        GetRolePolicy: getRolePolicy,
        GetUser: getUser,
        GetUserPolicy: getUserPolicy,
        ListAccessKeys: listAccessKeys,
        ListAttachedRolePolicies: listAttachedRolePolicies,
        ListAttachedUserPolicies: listAttachedUserPolicies,
        ListEntitiesForPolicy: listEntitiesForPolicy,
        ListPolicies: listPolicies,
        ListPolicyVersions: listPolicyVersions,
        ListRolePolicies: listRolePolicies,
        ListRoles: listRoles,
        ListRoleTags: listRoleTags,
        ListUserPolicies: listUserPolicies,
        ListUsers: listUsers,
        ListUserTags: listUserTags,
        PutRolePermissionsBoundary: putRolePermissionsBoundary,
        PutRolePolicy: putRolePolicy,
        PutUserPermissionsBoundary: putUserPermissionsBoundary,
        PutUserPolicy: putUserPolicy,
        SetDefaultPolicyVersion: setDefaultPolicyVersion,
        SimulateCustomPolicy: simulateCustomPolicy,
        SimulatePrincipalPolicy: simulatePrincipalPolicy,
        TagPolicy: tagPolicy,
        TagRole: tagRole,
        TagUser: tagUser,
        UntagRole: untagRole,
        UntagUser: untagUser,
        UpdateAccessKey: updateAccessKey,
        UpdateAssumeRolePolicy: updateAssumeRolePolicy,
        UpdateRole: updateRole,
      },
    },
  }
}
