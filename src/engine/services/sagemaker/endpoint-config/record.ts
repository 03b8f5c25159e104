import type { CreateEndpointConfigInput } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type EndpointConfigRequest = Checked<CreateEndpointConfigInput>
export type VariantRequest = EndpointConfigRequest['ProductionVariants'][number]

/** An endpoint configuration as it is stored, under its name; it never changes. */
export interface EndpointConfigRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags. */
  readonly request: Omit<EndpointConfigRequest, 'Tags'>
  readonly createdAt: Date
}

export function endpointConfigs(engine: Engine) {
  return engine.store.collection<EndpointConfigRecord>('sagemaker.endpoint-config')
}

export function endpointConfigArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'endpoint-config', name)
}

/** @throws ValidationException when there is none */
export function getEndpointConfig(engine: Engine, name: string): EndpointConfigRecord {
  const config = endpointConfigs(engine).get(name)
  if (!config) throw validationError(`Could not find endpoint configuration "${endpointConfigArn(engine, name)}".`)
  return config
}
