import type { Engine } from '../../../engine.ts'
import { roles, users, type RoleRecord, type UserRecord } from '../../../auth/identities.ts'
import type { Call, Permission } from '../../../wire/operation.ts'
import { noSuchEntity } from '../iam-errors.ts'
import { iamArn } from '../names.ts'

export type Kind = 'User' | 'Role'
export type IdentityRecord = UserRecord | RoleRecord
/** What users and roles have in common and operations may change. */
export type IdentityChange = Partial<
  Pick<IdentityRecord, 'inlinePolicies' | 'attachedPolicies' | 'permissionsBoundary' | 'tags'>
>

/** @throws AwsError `NoSuchEntity` */
export function findIdentity(engine: Pick<Engine, 'store'>, kind: Kind, name: string): IdentityRecord {
  const record = kind === 'User' ? users(engine.store).get(name) : roles(engine.store).get(name)
  if (record === undefined) {
    const what = kind === 'User' ? 'user' : 'role'
    throw noSuchEntity(`The ${what} with name ${name} cannot be found.`)
  }
  return record
}

/** Changes a user or role in one transaction. @throws AwsError `NoSuchEntity` */
export function changeIdentity(
  engine: Pick<Engine, 'store'>,
  kind: Kind,
  name: string,
  change: (record: IdentityRecord) => IdentityChange,
): void {
  engine.store.transaction(() => {
    const record = findIdentity(engine, kind, name)
    const changed = { ...record, ...change(record) }
    if (kind === 'User') users(engine.store).put(name, changed as UserRecord)
    else roles(engine.store).put(name, changed as RoleRecord)
  })
}

/** The permission for `iam:<action>` on a user or role, by its real path where it exists. */
export function onIdentity(
  call: Call,
  kind: Kind,
  name: string,
  action: string,
  context?: Permission['context'],
): Permission[] {
  const { engine } = call
  const record = kind === 'User' ? users(engine.store).get(name) : roles(engine.store).get(name)
  const resource = record?.arn ?? iamArn(engine, kind === 'User' ? 'user' : 'role', '/', name)
  return [{ action: `iam:${action}`, resource, ...(context !== undefined && { context }) }]
}
