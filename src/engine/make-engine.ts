import type { Clock } from '../core/clock.ts'
import type { Ids } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import { createAudit, type Audit } from './audit.ts'
import { accessDenied, createAuthorizer, type Authorizer } from './auth/iam/authorizer.ts'
import { createCredentialStore, type CredentialStore } from './auth/credential-store.ts'
import type { Principal } from './auth/principal.ts'
import { assumedRole, roleNameOf } from './auth/assumed-role.ts'
import { callOperation } from './call-operation.ts'
import type { Engine } from './engine.ts'
import { createEventBus, type DefaultEventBus } from './services/events/event-bus.ts'
import { createLogSink, type BufferedLogSink } from './services/logs/log-sink.ts'
import { createRegistry, type ServiceRegistry } from './services/registry.ts'
import type { BlobStore } from './services/s3/blob-store.ts'
import { bucketPolicies } from './services/s3/bucket-policy.ts'
import type { ObjectTable } from './services/s3/object-table.ts'
import { createStoredObjects, type StoredObjects } from './services/s3/stored-objects.ts'
import type { Store } from './store/store.ts'
import { implementationOf, unknownService } from './wire/refusals.ts'

export interface EngineParts {
  readonly home: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly accountId: string
  readonly region: string
  readonly store: Store
  readonly blobs: BlobStore
  readonly table: ObjectTable
  readonly isBlobReferenced: (blobId: string) => boolean
}

/** An engine that does not listen yet, with the parts that only its start and its wire may use. */
export interface MadeEngine {
  readonly engine: Engine
  readonly registry: ServiceRegistry
  readonly credentials: CredentialStore
  readonly authorizer: Authorizer
  readonly audit: Audit
  readonly objects: StoredObjects
  readonly events: DefaultEventBus
  readonly logs: BufferedLogSink
  setEndpointUrl(url: string): void
}

/** Puts the parts of an engine together. */
export function makeEngine(parts: EngineParts): MadeEngine {
  const { clock, ids, accountId, region, store, table } = parts
  let endpointUrl = ''
  const audit = createAudit(store, clock)
  const objects = createStoredObjects(store, table, parts.blobs, clock, parts.isBlobReferenced)
  const credentials = createCredentialStore({ store, clock, ids, accountId, endpointUrl: () => endpointUrl })
  const authorizer = createAuthorizer({ store, clock, accountId, region, resourcePolicy: bucketPolicies(table) })

  const engine: Engine = {
    accountId,
    region,
    home: parts.home,
    get endpointUrl() {
      return endpointUrl
    },
    clock,
    ids,
    log: parts.log,
    store,
    objects,
    credentials,
    get events() {
      return events
    },
    get logs() {
      return logs
    },
    authorize(principal, permissions) {
      for (const permission of permissions) {
        const decision = authorizer.decide(principal, permission)
        if (decision.result === 'allowed') continue
        const { action, resource } = permission
        const consulted = Object.values(authorizer.policySetsOf(principal)).flat()
        const error = accessDenied(principal.arn, action, resource, decision, consulted)
        const reason = error.message
        audit.record({ principal, requestId: ids.uuid(), action, resources: [resource], outcome: 'denied', reason })
        throw error
      }
    },
    async invoke(principal, signingName, operationName, input) {
      const entries = registry.named(signingName)
      for (const entry of entries) {
        const service = await registry.load(entry)
        if (entries.length > 1 && !Object.hasOwn(service.operations, operationName)) continue
        const operation = implementationOf(service, operationName, entry.name)
        const call = { engine, principal, requestId: ids.uuid() }
        return callOperation(service, operationName, operation, input, call, audit)
      }
      throw unknownService(signingName)
    },
    assumeServiceRole(roleArn, servicePrincipal, sessionName): Principal {
      const roleName = roleNameOf(roleArn, accountId)
      const asker = { arns: [], accountId, service: servicePrincipal }
      authorizer.checkTrust(roleArn, asker, 'sts:AssumeRole', {})
      return assumedRole(accountId, roleArn, roleName, sessionName)
    },
  }
  const registry = createRegistry(engine)
  const logs = createLogSink(engine)
  const events = createEventBus(engine)
  return {
    engine,
    registry,
    credentials,
    authorizer,
    audit,
    objects,
    events,
    logs,
    setEndpointUrl: (url) => {
      endpointUrl = url
    },
  }
}
