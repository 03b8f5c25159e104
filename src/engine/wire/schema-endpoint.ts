import type { Audit } from '../audit.ts'
import { presentedSignature, verifySignature, type KeyLookup } from '../auth/verify.ts'
import { sha256Hex } from '../auth/sigv4.ts'
import { callOperation } from '../call-operation.ts'
import type { Engine } from '../engine.ts'
import type { ServiceRegistry } from '../services/registry.ts'
import type { ServiceEntry } from '../services/table.ts'
import { isDatabaseFull } from '../store/is-database-full.ts'
import { AwsError } from './aws-error.ts'
import { awsJson } from './aws-json.ts'
import { awsQuery } from './aws-query.ts'
import { readBody, type WireRequest } from './http-request.ts'
import type { SchemaService } from './operation.ts'
import type { Protocol } from './protocol.ts'
import { implementationOf, unknownService } from './refusals.ts'
import { restJson } from './rest-json.ts'
import { operationShape } from './shape.ts'
import type { WireResponse } from './wire-response.ts'

/** Control-plane calls are small; 8 MiB leaves room for the largest, SageMaker's inference payloads of 6 MiB. */
const MAX_BODY_BYTES = 8 * 1024 * 1024

/** What the wire needs of the engine. */
export interface WireContext {
  readonly engine: Engine
  readonly registry: ServiceRegistry
  readonly keys: KeyLookup
  readonly audit: Audit
}

/** Answers one signed call to any service but S3. Every failure becomes an error in the service's own protocol. */
export async function answerSchemaCall(
  request: WireRequest,
  signingName: string | undefined,
  requestId: string,
  context: WireContext,
): Promise<WireResponse> {
  const isTarget = request.header('x-amz-target') !== undefined
  const entries = signingName === undefined ? [] : context.registry.named(signingName)
  const entry = entries.find((candidate) => (candidate.protocol === 'restJson1') !== isTarget) ?? entries[0]
  const protocol = protocolOf(entry, request)
  let service: SchemaService | undefined
  try {
    const body = await readBody(request.message, MAX_BODY_BYTES)
    const { principal } = verify(request, body, protocol, context)
    if (entry === undefined) throw unknownService(signingName)
    service = await context.registry.load(entry)
    const name = protocol.operationName(request, body, service.sdk)
    const shape = name === undefined ? undefined : operationShape(service.sdk, name)
    if (name === undefined || shape === undefined) throw protocol.unknownOperation(name, entry.name)
    const operation = implementationOf(service, name, entry.name)
    const input = protocol.decode(shape, request, body)
    const call = { engine: context.engine, principal, requestId }
    const output = await callOperation(service, name, operation, input, call, context.audit)
    return protocol.encode(shape, output, requestId)
  } catch (error) {
    return protocol.encodeError(asAwsError(error, context.engine, requestId), requestId, service?.sdk)
  }
}

function protocolOf(entry: ServiceEntry | undefined, request: WireRequest): Protocol {
  switch (entry?.protocol) {
    case 'awsJson1_1':
      return awsJson
    case 'awsQuery':
      return awsQuery(entry.signingName)
    case 'restJson1':
      return restJson
    case undefined:
      return request.header('content-type')?.startsWith('application/x-www-form-urlencoded') ? awsQuery('') : awsJson
  }
}

function verify(request: WireRequest, body: Buffer, protocol: Protocol, { keys, engine }: WireContext) {
  const presented = presentedSignature(request, protocol.dialect)
  return verifySignature(request, presented, sha256Hex(body), keys, engine.clock.now(), protocol.dialect)
}

/** What went wrong, as the caller may know it; causes of our own go to the log. */
export function asAwsError(error: unknown, engine: Engine, requestId: string): AwsError {
  if (error instanceof AwsError) return error
  if (isDatabaseFull(error)) {
    return new AwsError(
      'InsufficientStorage',
      507,
      'The disk of the engine is full: nothing was stored. Free space and try again.',
    )
  }
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  engine.log.error('call failed', { requestId, cause })
  return new AwsError('InternalFailure', 500, 'The engine failed while it processed the request; its log says why.')
}
