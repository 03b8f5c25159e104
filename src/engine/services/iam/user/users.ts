import type {
  CreateUserCommandInput,
  CreateUserCommandOutput,
  DeleteUserCommandInput,
  DeleteUserCommandOutput,
  GetUserCommandInput,
  GetUserCommandOutput,
  ListUsersCommandInput,
  ListUsersCommandOutput,
  User,
} from '@aws-sdk/client-iam'
import { accessKeys, users, type UserRecord } from '../../../auth/identities.ts'
import { operation, type Call } from '../../../wire/operation.ts'
import { checkBoundary } from '../identity/boundaries.ts'
import { findIdentity, onIdentity } from '../identity/identity-kinds.ts'
import { mergeTags } from '../identity/tags.ts'
import { alreadyExists, deleteConflict, invalid } from '../iam-errors.ts'
import { checkName, checkPath, iamArn, uniqueId } from '../names.ts'
import { pageOf } from '../page.ts'

function userOf(record: UserRecord): User {
  const { permissionsBoundary } = record
  return {
    Path: record.path,
    UserName: record.userName,
    UserId: record.id,
    Arn: record.arn,
    CreateDate: record.createDate,
    ...(record.tags.length > 0 && { Tags: [...record.tags] }),
    ...(permissionsBoundary !== undefined && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
        PermissionsBoundaryArn: permissionsBoundary,
      },
    }),
  }
}

/** The user that a request means: the named one, else the caller. */
export function userNameOf(input: { readonly UserName?: string | undefined }, { principal }: Call): string {
  if (input.UserName !== undefined) return input.UserName
  if (principal.kind === 'user') return principal.userName
  throw invalid('Must specify userName when calling with non-User credentials')
}

/** CreateUser. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export const createUser = operation<CreateUserCommandInput, CreateUserCommandOutput>({
  permissions: ({ UserName = '', Path = '/' }, { engine }) => [
    { action: 'iam:CreateUser', resource: iamArn(engine, 'user', Path, UserName) },
  ],
  handle({ UserName = '', Path, Tags = [], PermissionsBoundary }, { engine }) {
    checkName('userName', UserName, 64)
    const path = checkPath(Path)
    if (PermissionsBoundary !== undefined) checkBoundary(engine, PermissionsBoundary)
    const record: UserRecord = {
      userName: UserName,
      path,
      id: uniqueId(engine, 'AIDA'),
      arn: iamArn(engine, 'user', path, UserName),
      createDate: engine.clock.now(),
      inlinePolicies: [],
      attachedPolicies: [],
      tags: mergeTags([], Tags),
      ...(PermissionsBoundary !== undefined && { permissionsBoundary: PermissionsBoundary }),
    }
    if (!users(engine.store).insert(UserName, record)) throw alreadyExists(`User with name ${UserName} already exists.`)
    return { User: userOf(record) }
  },
})

export const getUser = operation<GetUserCommandInput, GetUserCommandOutput>({
  permissions: (input, call) => onIdentity(call, 'User', userNameOf(input, call), 'GetUser'),
  handle: (input, call) => ({ User: userOf(findIdentity(call.engine, 'User', userNameOf(input, call)) as UserRecord) }),
})

export const listUsers = operation<ListUsersCommandInput, ListUsersCommandOutput>({
  permissions: (_input, { engine }) => [{ action: 'iam:ListUsers', resource: iamArn(engine, 'user', '/', '*') }],
  handle(input, { engine }) {
    const all = users(engine.store)
      .list()
      .map(({ value }) => value)
    const wanted = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
    const { items, ...page } = pageOf(wanted, ({ userName }) => userName, input)
    return { Users: items.map(userOf), ...page }
  },
})

/** DeleteUser: only one without keys and policies. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html */
export const deleteUser = operation<DeleteUserCommandInput, DeleteUserCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'DeleteUser'),
  handle({ UserName = '' }, { engine }) {
    engine.store.transaction(() => {
      const user = findIdentity(engine, 'User', UserName)
      const hasKeys = accessKeys(engine.store)
        .list()
        .some(({ value }) => value.userName === UserName)
      if (hasKeys) throw deleteConflict('Cannot delete entity, must delete access keys first.')
      if (user.inlinePolicies.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.')
      if (user.attachedPolicies.length > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.')
      users(engine.store).delete(UserName)
    })
    return {}
  },
})
