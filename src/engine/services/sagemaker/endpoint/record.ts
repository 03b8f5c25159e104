import type { EndpointStatus } from '@aws-sdk/client-sagemaker'
import type { ProcessIdentity } from '../../../runner/process-identity.ts'
import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { sagemakerArn } from '../arns.ts'

/** Share of traffic and number of processes of one variant. */
export interface VariantState {
  readonly name: string
  readonly weight: number
  readonly instances: number
}

/** An endpoint as it is stored, under its name. */
export interface EndpointRecord {
  readonly name: string
  readonly arn: string
  readonly status: EndpointStatus
  /** Configuration that serves, or is about to serve for the first time. */
  readonly configName: string
  /** Configuration that an update is bringing up. */
  readonly pendingConfig?: string
  readonly variants: readonly VariantState[]
  readonly failureReason?: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  /** Serving processes; a crash leaves them behind. */
  readonly processes: readonly ProcessIdentity[]
}

export function endpoints(engine: Engine) {
  return engine.store.collection<EndpointRecord>('sagemaker.endpoint')
}

export function endpointArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'endpoint', name)
}

/** @throws ValidationException when there is none */
export function getEndpoint(engine: Engine, name: string): EndpointRecord {
  const endpoint = endpoints(engine).get(name)
  if (!endpoint) throw validationError(`Could not find endpoint "${endpointArn(engine, name)}".`)
  return endpoint
}
