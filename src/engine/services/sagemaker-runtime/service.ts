import * as sdk from '@aws-sdk/client-sagemaker-runtime'
import type { AnyOperation, SchemaService } from '../../wire/operation.ts'
import type { Engine } from '../../engine.ts'
import { invokeEndpoint } from './endpoint/invoke-endpoint.ts'

/** SageMaker's runtime: one operation, REST, signed as `sagemaker`. The processes belong to the control plane. */
export function createSagemakerRuntimeService(_engine: Engine): { service: SchemaService } {
  const operations = { InvokeEndpoint: invokeEndpoint } satisfies Record<string, AnyOperation>
  return { service: { signingName: 'sagemaker', protocol: 'restJson1', sdk, operations } }
}
