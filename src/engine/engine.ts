import type { Clock } from '../core/clock.ts'
import type { Ids } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import type { Principal } from './auth/principal.ts'
import type { CredentialIssuer } from './auth/credentials.ts'
import type { EventBus } from './services/events/bus.ts'
import type { LogSink } from './services/logs/sink.ts'
import type { ObjectStore } from './services/s3/object-store.ts'
import type { Permission } from './wire/operation.ts'
import type { Store } from './store/store.ts'

/**
 * What every operation handler and background worker may use. One engine is one account in one region.
 *
 * Services reach each other in two ways only: through {@link Engine.invoke}, which authorises like a call over HTTP
 * does, or through the narrow ports below (`objects`, `events`, `logs`), after `authorize`.
 */
export interface Engine {
  /** Twelve digits. */
  readonly accountId: string
  readonly region: string
  /** State folder, `.skyloop/` by default: the database, blobs, job trees. */
  readonly home: string
  /** Where this engine listens, e.g. `http://127.0.0.1:4600`. Known once it listens. */
  readonly endpointUrl: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly store: Store
  readonly objects: ObjectStore
  readonly events: EventBus
  readonly logs: LogSink
  readonly credentials: CredentialIssuer

  /**
   * Evaluates IAM for `principal` and returns when allowed.
   *
   * @throws AwsError `AccessDenied` (in the service's own spelling) with the statement that decided
   */
  authorize(principal: Principal, permissions: readonly Permission[]): void

  /**
   * Calls one operation of one service in this engine as `principal`, authorisation included.
   *
   * @param service signing name, e.g. `sagemaker`
   * @param operation e.g. `StartPipelineExecution`
   * @param input the SDK's input type for that operation
   * @returns the SDK's output type for that operation
   */
  invoke(principal: Principal, service: string, operation: string, input: unknown): Promise<unknown>

  /** The principal that a service acts as when it assumes `roleArn`, checked against the role's trust policy. */
  assumeServiceRole(roleArn: string, servicePrincipal: string, sessionName: string): Principal
}
