import { cachedRows } from '../store/cached-rows.ts'
import type { Store } from '../store/store.ts'

/** A policy document written into an identity. */
export interface InlinePolicy {
  readonly name: string
  /** JSON text as given. */
  readonly document: string
}

export interface Tag {
  readonly Key: string
  readonly Value: string
}

interface Identity {
  readonly path: string
  /** `AIDA…`, `AROA…`; never reused, unlike names. */
  readonly id: string
  readonly arn: string
  readonly createDate: Date
  readonly inlinePolicies: readonly InlinePolicy[]
  /** ARNs of managed policies. */
  readonly attachedPolicies: readonly string[]
  readonly permissionsBoundary?: string
  readonly tags: readonly Tag[]
}

export interface UserRecord extends Identity {
  readonly userName: string
}

export interface RoleRecord extends Identity {
  readonly roleName: string
  /** Trust policy, JSON text. */
  readonly trustPolicy: string
  readonly description?: string
  readonly maxSessionDurationSeconds: number
}

export interface ManagedPolicyRecord {
  readonly policyName: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly description?: string
  readonly createDate: Date
  readonly updateDate: Date
  readonly defaultVersionId: string
  /** Number of the next version; numbers are never reused. */
  readonly nextVersion: number
  readonly versions: readonly { readonly versionId: string; readonly document: string; readonly createDate: Date }[]
  readonly tags: readonly Tag[]
}

export interface AccessKeyRecord {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly userName: string
  readonly status: 'Active' | 'Inactive'
  readonly createDate: Date
  readonly lastUsed?: { readonly date: Date; readonly service: string; readonly region: string }
}

/** Where identities are kept: users and roles by name, policies by ARN, access keys by id. */
export const users = (store: Store) => store.collection<UserRecord>('iam.user')
export const roles = (store: Store) => store.collection<RoleRecord>('iam.role')
export const managedPolicies = (store: Store) => store.collection<ManagedPolicyRecord>('iam.policy')
export const accessKeys = (store: Store) => store.collection<AccessKeyRecord>('iam.access-key')

/** Users, roles and access keys as every single call needs them: read-only, from memory while nothing has changed. */
export function hotIdentities(store: Store): HotIdentities {
  const known = hot.get(store)
  if (known !== undefined) return known
  const made = {
    user: cachedRows<UserRecord>(store, 'iam.user'),
    role: cachedRows<RoleRecord>(store, 'iam.role'),
    accessKey: cachedRows<AccessKeyRecord>(store, 'iam.access-key'),
  }
  hot.set(store, made)
  return made
}

interface HotIdentities {
  readonly user: (name: string) => UserRecord | undefined
  readonly role: (name: string) => RoleRecord | undefined
  readonly accessKey: (id: string) => AccessKeyRecord | undefined
}

const hot = new WeakMap<Store, HotIdentities>()
