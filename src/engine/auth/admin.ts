import type { Engine } from '../engine.ts'
import type { CredentialStore } from './credential-store.ts'
import { accessKeys, users } from './identities.ts'

const ADMIN_USER = 'skyloop-admin'

/** Long-lived keys in the shape that SDK clients take. */
export interface AdminCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The user who may do everything, made with its keys at the first start. */
export function ensureAdmin(engine: Engine, credentials: CredentialStore): AdminCredentials {
  const { store, accountId, clock, ids } = engine
  return store.transaction(() => {
    users(store).insert(ADMIN_USER, {
      userName: ADMIN_USER,
      path: '/',
      id: `AIDA${ids.short(17).toUpperCase()}`,
      arn: `arn:aws:iam::${accountId}:user/${ADMIN_USER}`,
      createDate: clock.now(),
      inlinePolicies: [],
      attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      tags: [],
    })
    const existing = accessKeys(store)
      .list()
      .find(({ value }) => value.userName === ADMIN_USER && value.status === 'Active')
    const { accessKeyId, secretAccessKey } = existing?.value ?? credentials.createAccessKey(ADMIN_USER)
    return { accessKeyId, secretAccessKey }
  })
}
