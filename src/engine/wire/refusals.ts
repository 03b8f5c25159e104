import { AwsError } from './aws-error.ts'
import type { AnyOperation, Operation, SchemaService } from './operation.ts'

/** The operation of a service, or its refusal by name. */
export function implementationOf(
  service: SchemaService,
  name: string,
  serviceName: string,
): Operation<unknown, unknown> {
  const found: AnyOperation | undefined = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined
  if (found === undefined) {
    throw new AwsError(
      'NotImplemented',
      501,
      `The operation ${name} of service ${serviceName} is not implemented by Skyloop's engine`,
    )
  }
  return found as unknown as Operation<unknown, unknown>
}

export function unknownService(signingName: string | undefined): AwsError {
  return new AwsError(
    'NotImplemented',
    501,
    `The service ${signingName ?? '(none named by the signature)'} is not implemented by Skyloop's engine`,
  )
}
