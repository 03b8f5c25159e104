import { isMutating, type Audit } from './audit.ts'
import { AwsError } from './wire/aws-error.ts'
import type { Call, Operation, Permission, SchemaService } from './wire/operation.ts'

/**
 * Runs one operation for a caller whose signature has been checked and whose input has been decoded: permissions, the
 * work, the audit trail. Calls over HTTP and calls between services both pass here.
 */
export async function callOperation(
  service: SchemaService,
  name: string,
  operation: Operation<unknown, unknown>,
  input: unknown,
  call: Call,
  audit: Audit,
): Promise<unknown> {
  const action = `${service.signingName}:${name}`
  let permissions: readonly Permission[] = []
  const record = (outcome: 'done' | 'failed', reason?: string): void => {
    if (!isMutating(name)) return
    const resources = permissions.map((permission) => permission.resource)
    const { principal, requestId } = call
    audit.record({ principal, requestId, action, resources, outcome, ...(reason !== undefined && { reason }) })
  }
  try {
    permissions = operation.permissions(input, call)
    call.engine.authorize(call.principal, permissions)
    const output = await operation.handle(input, call)
    record('done')
    return output
  } catch (error) {
    // Denials are recorded where they are decided.
    if (!(error instanceof AwsError) || error.code !== 'AccessDenied') {
      record('failed', error instanceof AwsError ? `${error.code}: ${error.message}` : 'InternalFailure')
    }
    throw error instanceof AwsError ? inSpellingOf(service, error) : error
  }
}

/** `AccessDenied` as the service words it. */
function inSpellingOf(service: SchemaService, error: AwsError): AwsError {
  if (error.code !== 'AccessDenied') return error
  if (service.signingName === 'sns') return new AwsError('AuthorizationError', 403, error.message, error.members)
  if (service.protocol === 'awsQuery') return error
  return new AwsError(
    'AccessDeniedException',
    service.protocol === 'restJson1' ? 403 : 400,
    error.message,
    error.members,
  )
}
