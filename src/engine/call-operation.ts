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
  const changes = isMutating(name)
  let permissions: readonly Permission[] = []
  const record = (outcome: 'done' | 'failed', error?: unknown): void => {
    // Denials are recorded where they are decided.
    if (!changes || (error instanceof AwsError && error.code === 'AccessDenied')) return
    const resources = permissions.map((permission) => permission.resource)
    const { principal, requestId } = call
    const reason = error === undefined ? {} : { reason: reasonOf(error) }
    audit.record({ principal, requestId, action, resources, outcome, ...reason })
  }
  const run = (): unknown => {
    try {
      permissions = operation.permissions(input, call)
      call.engine.authorize(call.principal, permissions)
      const output = operation.handle(input, call)
      if (output instanceof Promise) {
        return output.then(
          (value: unknown) => {
            record('done')
            return value
          },
          (error: unknown) => {
            record('failed', error)
            throw error
          },
        )
      }
      record('done')
      return output
    } catch (error) {
      record('failed', error)
      throw error
    }
  }
  try {
    // A call that changes something shares its disk sync with those that come at the same moment.
    return await (changes ? call.engine.store.batch(run) : run())
  } catch (error) {
    throw error instanceof AwsError ? inSpellingOf(service, error) : error
  }
}

function reasonOf(error: unknown): string {
  return error instanceof AwsError ? `${error.code}: ${error.message}` : 'InternalFailure'
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
