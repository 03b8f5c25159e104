import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '../core/errors.ts'
import type { CredentialStore } from './auth/credential-store.ts'
import { answerSchemaCall, type WireContext } from './wire/schema-endpoint.ts'
import { wireRequest, type WireRequest } from './wire/http-request.ts'
import { send, type WireResponse } from './wire/wire-response.ts'

/** Answers one request to S3, streaming both ways. */
export type S3Handler = (request: WireRequest, response: ServerResponse, requestId: string) => Promise<void>

export interface ServerContext extends WireContext {
  readonly credentials: CredentialStore
  readonly s3: S3Handler
}

/** The HTTP front of the engine: tells services apart and hands each request to its wire. Not listening yet. */
export function createEngineServer(context: ServerContext): Server {
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (message, response) => {
    answer(message, response, context).catch((error: unknown) => {
      context.engine.log.error('request failed', { url: message.url, cause: messageOf(error) })
      response.destroy()
    })
  })
  return server
}

async function answer(message: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const requestId = context.engine.ids.uuid()
  const request = wireRequest(message)
  response.setHeader('date', context.engine.clock.now().toUTCString())
  if (request.path.startsWith('/_skyloop/')) {
    const owner = await context.registry.owner(request.path)
    return owner?.answerOwn?.(request, response, context.keys) ?? send(response, answerOwn(request, context))
  }
  const signingName = signingNameOf(request)
  const isS3 = signingName === 's3' || (signingName === undefined && looksLikeS3(request))
  if (isS3) return context.s3(request, response, requestId)
  const { status, headers, body } = await answerSchemaCall(request, signingName, requestId, context)
  // Refused before its body was read: the connection cannot carry another request.
  const isUnread = !message.complete
  send(response, { status, body, headers: isUnread ? { ...headers, connection: 'close' } : headers })
  if (isUnread) message.resume()
}

/** Service name in the credential scope of the signature, header or presigned. */
function signingNameOf(request: WireRequest): string | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(request.header('authorization') ?? '')?.[1] ?? request.parameter('X-Amz-Credential')
  return credential?.split('/')[3]
}

function looksLikeS3(request: WireRequest): boolean {
  const isForm = request.header('content-type')?.startsWith('application/x-www-form-urlencoded') === true
  return request.header('x-amz-target') === undefined && !(request.method === 'POST' && isForm)
}

/** The engine's own paths: health, and credentials of job processes. Nothing here is part of an AWS API. */
function answerOwn(request: WireRequest, { engine, credentials }: ServerContext): WireResponse {
  const json = (status: number, value: unknown): WireResponse => ({
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  })
  if (request.path === '/_skyloop/health') {
    return json(200, { status: 'ok', accountId: engine.accountId, region: engine.region, pid: process.pid })
  }
  const grantId = /^\/_skyloop\/credentials\/([\w-]+)$/.exec(request.path)?.[1]
  if (grantId === undefined) return json(404, { code: 'NotFound', message: `no such path: ${request.path}` })
  const issued = credentials.credentialsOfGrant(grantId, request.header('authorization') ?? '')
  if (issued === undefined)
    return json(401, { code: 'Unauthorized', message: 'The grant has ended or the token is wrong' })
  return json(200, {
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    Token: issued.sessionToken,
    Expiration: issued.expiration.toISOString(),
  })
}
