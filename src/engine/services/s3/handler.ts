import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isMutating, type Audit } from '../../audit.ts'
import { presentedSignature, verifySignature, type KeyLookup } from '../../auth/verify.ts'
import { UNSIGNED_PAYLOAD } from '../../auth/sigv4.ts'
import { codeOf } from '../../../core/errors.ts'
import type { Engine } from '../../engine.ts'
import type { S3Handler } from '../../server.ts'
import { AwsError } from '../../wire/aws-error.ts'
import { asAwsError } from '../../wire/schema-endpoint.ts'
import type { WireRequest } from '../../wire/http-request.ts'
import type { Permission } from '../../wire/operation.ts'
import { element, XML_HEADER } from '../../wire/xml.ts'
import { incomingBody } from './incoming-body.ts'
import type { MultipartTable } from './multipart/multipart-table.ts'
import { S3_OPERATIONS } from './operations.ts'
import { targetOf, routeOf, type S3Target } from './route.ts'
import type { S3Answer, S3Call } from './s3-operation.ts'
import type { StoredObjects } from './stored-objects.ts'
import type { ServerResponse } from 'node:http'

interface S3Context {
  readonly engine: Engine
  readonly objects: StoredObjects
  readonly uploads: MultipartTable
  readonly keys: KeyLookup
  readonly audit: Audit
}

/** S3 on the wire: REST and XML, bodies streaming in both directions. */
export function createS3Handler(context: S3Context): S3Handler {
  return async (request, response, requestId) => {
    let target: S3Target = { bucket: '', key: '' }
    try {
      target = targetOf(request)
      const answer = await callS3(request, target, requestId, context)
      await sendAnswer(request, response, answer, requestId)
    } catch (error) {
      if (isClientGone(error, request) || response.headersSent) {
        response.destroy()
        return
      }
      sendError(request, response, asAwsError(error, context.engine, requestId), target, requestId)
    }
  }
}

async function callS3(
  request: WireRequest,
  target: S3Target,
  requestId: string,
  context: S3Context,
): Promise<S3Answer> {
  const { engine, objects, uploads, keys, audit } = context
  const presented = presentedSignature(request, 's3')
  const payloadHash = request.header('x-amz-content-sha256') ?? UNSIGNED_PAYLOAD
  const verified = verifySignature(request, presented, payloadHash, keys, engine.clock.now(), 's3')
  checkHeadersSigned(request, presented.signedHeaders)
  const { principal } = verified
  const name = routeOf(request, target)
  const operation = S3_OPERATIONS[name]
  const body = incomingBody(request, verified)
  let permissions: readonly Permission[] = []
  let isRecorded = !isMutating(name)
  const recordDone = (): void => {
    if (isRecorded) return
    isRecorded = true
    const resources = permissions.map((permission) => permission.resource)
    audit.record({ principal, requestId, action: `s3:${name}`, resources, outcome: 'done' })
  }
  const call: S3Call = { engine, objects, uploads, principal, request, requestId, ...target, body, recordDone }
  permissions = operation.permissions(call)
  engine.authorize(principal, permissions)
  if (isRecorded) return operation.handle(call)
  // What an operation writes at once shares a disk sync; those that store a body write later, on their own.
  const answer = await engine.store.batch(() => {
    const output = operation.handle(call)
    if (!(output instanceof Promise)) recordDone()
    return output
  })
  if (!isRecorded) await engine.store.batch(recordDone)
  return answer
}

/** These say nothing about what is to be done. */
const MAY_STAY_UNSIGNED = ['x-amz-content-sha256', 'x-amz-user-agent']

/** Who holds a presigned URL must not turn its put into a copy, say, by adding a header. */
function checkHeadersSigned(request: WireRequest, signed: readonly string[]): void {
  const unsigned = Object.keys(request.message.headers).filter(
    (name) => name.startsWith('x-amz-') && !signed.includes(name) && !MAY_STAY_UNSIGNED.includes(name),
  )
  if (unsigned.length > 0) {
    throw new AwsError('AccessDenied', 403, 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    })
  }
}

async function sendAnswer(
  request: WireRequest,
  response: ServerResponse,
  answer: S3Answer,
  requestId: string,
): Promise<void> {
  const { status = 200, headers = {}, body } = answer
  const common = { 'x-amz-request-id': requestId, server: 'Skyloop', ...headers }
  if (!request.message.complete) request.message.resume()
  if (body === undefined || request.method === 'HEAD') {
    const isBodiless = status === 204 || status === 304 || request.method === 'HEAD'
    response.writeHead(status, isBodiless ? common : { 'content-length': '0', ...common })
    response.end()
    return
  }
  if (typeof body === 'string') {
    const bytes = Buffer.from(body)
    response.writeHead(status, { 'content-type': 'application/xml', 'content-length': String(bytes.length), ...common })
    response.end(bytes)
    return
  }
  response.writeHead(status, common)
  if (body instanceof Uint8Array) {
    response.end(body)
    return
  }
  await pipeline(body instanceof Readable ? body : Readable.from(body), response)
}

function sendError(
  request: WireRequest,
  response: ServerResponse,
  error: AwsError,
  target: S3Target,
  requestId: string,
): void {
  const resource = `/${target.bucket}${target.key === '' ? '' : `/${target.key}`}`
  const members = Object.entries(error.members).map(([name, value]) => element(name, String(value)))
  const content = [
    element('Code', error.code),
    element('Message', error.message),
    ...members,
    element('Resource', resource),
    element('RequestId', requestId),
  ]
  const isBodiless = request.method === 'HEAD' || error.status === 304
  const bytes = Buffer.from(isBodiless ? '' : `${XML_HEADER}<Error>${content.join('')}</Error>`)
  // What the client still sends is not worth reading: it has its answer.
  const isUnread = !request.message.complete
  response.writeHead(error.status, {
    'x-amz-request-id': requestId,
    ...(isBodiless ? {} : { 'content-type': 'application/xml', 'content-length': String(bytes.length) }),
    ...(isUnread && { connection: 'close' }),
  })
  response.end(bytes)
  if (isUnread) request.message.resume()
}

function isClientGone(error: unknown, request: WireRequest): boolean {
  return (
    request.message.destroyed && ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE'].includes(codeOf(error) ?? '')
  )
}
