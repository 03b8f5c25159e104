import { randomBytes } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Ids } from '../../core/ids.ts'
import type { Store } from '../store/store.ts'
import type { CredentialIssuer, TemporaryCredentials } from './credentials.ts'
import { accessKeys, hotIdentities, type AccessKeyRecord } from './identities.ts'
import type { Principal } from './principal.ts'
import { SessionTokens, type SessionClaims } from './session-token.ts'
import { equalSignatures } from './sigv4.ts'
import type { KeyLookup, KeyResult } from './verify.ts'

/** Life of credentials fetched by a job process; the SDK fetches new ones before they end. */
const PROCESS_CREDENTIALS_SECONDS = 3600

export interface CredentialStore extends CredentialIssuer, KeyLookup {
  /** Fresh credentials of a grant, if `token` is the one that its process was given. */
  credentialsOfGrant(grantId: string, token: string): TemporaryCredentials | undefined
}

interface CredentialStoreOptions {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly accountId: string
  readonly endpointUrl: () => string
}

export function createCredentialStore({
  store,
  clock,
  ids,
  accountId,
  endpointUrl,
}: CredentialStoreOptions): CredentialStore {
  const tokens = new SessionTokens(engineSecret(store))
  const hot = hotIdentities(store)
  const grants = new Map<string, { readonly token: string; readonly principal: Principal }>()

  const makeKeyId = (prefix: 'AKIA' | 'ASIA'): string => prefix + ids.short(16).toUpperCase()

  const issueFor = (principal: Principal, durationSeconds: number, grantId?: string): TemporaryCredentials => {
    const accessKeyId = makeKeyId('ASIA')
    const expiresMs = clock.now().getTime() + durationSeconds * 1000
    const sessionToken = tokens.encode({ accessKeyId, expiresMs, principal, ...(grantId !== undefined && { grantId }) })
    const secretAccessKey = tokens.secretAccessKey(sessionToken)
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresMs) }
  }

  const findSession = (accessKeyId: string, sessionToken: string): KeyResult => {
    const claims: SessionClaims | undefined = tokens.decode(sessionToken)
    if (claims === undefined || claims.accessKeyId !== accessKeyId) return { failure: 'invalid-token' }
    const isRevoked = claims.grantId !== undefined && !grants.has(claims.grantId)
    if (isRevoked || claims.expiresMs <= clock.now().getTime()) return { failure: 'expired-token' }
    return { secretAccessKey: tokens.secretAccessKey(sessionToken), principal: claims.principal }
  }

  return {
    issue: (principal, durationSeconds) => issueFor(principal, durationSeconds),
    grantToProcess(principal) {
      const grantId = ids.uuid()
      const token = randomBytes(32).toString('base64url')
      grants.set(grantId, { token, principal })
      return {
        environment: {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpointUrl()}/_skyloop/credentials/${grantId}`,
          AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
        },
        revoke: () => {
          grants.delete(grantId)
        },
      }
    },
    credentialsOfGrant(grantId, token) {
      const grant = grants.get(grantId)
      if (grant === undefined || !equalSignatures(grant.token, token)) return undefined
      return issueFor(grant.principal, PROCESS_CREDENTIALS_SECONDS, grantId)
    },
    createAccessKey(userName) {
      const record: AccessKeyRecord = {
        accessKeyId: makeKeyId('AKIA'),
        secretAccessKey: randomBytes(30).toString('base64'),
        userName,
        status: 'Active',
        createDate: clock.now(),
      }
      accessKeys(store).put(record.accessKeyId, record)
      return record
    },
    find(accessKeyId, sessionToken) {
      if (sessionToken !== undefined) return findSession(accessKeyId, sessionToken)
      const key = hot.accessKey(accessKeyId)
      const user = key?.status === 'Active' ? hot.user(key.userName) : undefined
      if (key === undefined || user === undefined) return { failure: 'unknown-key' }
      const principal: Principal = { kind: 'user', accountId, arn: user.arn, userName: user.userName }
      return { secretAccessKey: key.secretAccessKey, principal }
    },
  }
}

/** The engine's own secret, made on first use and kept in the database. */
function engineSecret(store: Store): Buffer {
  const row = store.collection<{ secret: string }>('auth.engine-secret')
  row.insert('session-tokens', { secret: randomBytes(32).toString('base64') })
  return Buffer.from(row.get('session-tokens')?.secret ?? '', 'base64')
}
