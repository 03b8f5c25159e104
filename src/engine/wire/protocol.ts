import type { AwsError } from './aws-error.ts'
import type { SchemaService } from './operation.ts'
import type { OperationShape } from './shape.ts'
import type { WireRequest } from './http-request.ts'
import type { WireResponse } from './wire-response.ts'
import type { Dialect } from '../auth/authentication-error.ts'

/** The SDK client module of a service, its schemas among its exports. */
export type Sdk = SchemaService['sdk']

/** One of AWS's wire formats: how a request names its operation and carries its input, and how answers look. */
export interface Protocol {
  readonly dialect: Dialect
  /** @returns undefined when the request names none */
  operationName(request: WireRequest, body: Buffer, sdk: Sdk): string | undefined
  /** @throws AwsError `ValidationException` listing all problems, or `SerializationException` */
  decode(shape: OperationShape, request: WireRequest, body: Buffer): unknown
  encode(shape: OperationShape, output: unknown, requestId: string): WireResponse
  /** @param sdk undefined where the service could not be told */
  encodeError(error: AwsError, requestId: string, sdk: Sdk | undefined): WireResponse
  unknownOperation(name: string | undefined, serviceName: string): AwsError
}
