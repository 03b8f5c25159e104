import * as sdk from '@aws-sdk/client-sagemaker'
import type { Principal } from '../../../auth/principal.ts'
import type { Engine } from '../../../engine.ts'
import { decodeJson } from '../../../wire/json-codec.ts'
import { Problems } from '../../../wire/problems.ts'
import { operationShape } from '../../../wire/shape.ts'
import { internalError } from '../../../../core/errors.ts'

/**
 * Calls an operation of SageMaker with arguments that come from a pipeline definition, which the wire has not seen:
 * they are decoded and checked here as a request's body is there.
 *
 * @throws ValidationException listing every missing member and wrong type
 */
export async function invokeAsRole(
  engine: Engine,
  principal: Principal,
  operation: string,
  args: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const shape = operationShape(sdk, operation)
  if (!shape) throw internalError(`SageMaker has no operation ${operation}`)
  const problems = new Problems()
  const input = decodeJson(shape.input, args, '', problems)
  const error = problems.toError()
  if (error) throw error
  return engine.invoke(principal, 'sagemaker', operation, input)
}
