import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { codeOf, messageOf, SkyloopError } from '../core/errors.ts'
import { isObject, parseJson } from '../core/json.ts'
import { predictImage } from '../yolo/predict/predict-image.ts'
import type { DetectorSession } from '../yolo/runtime/detector-session.ts'

/** Largest request body of SageMaker's `InvokeEndpoint`. */
export const MAX_BODY_BYTES = 6_291_456

/** Images worked on at once: while one is in the network, the next is decoded. */
const MAX_RUNNING = 2
/** Requests that may wait; more are told to come back. */
const MAX_WAITING = 64

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'application/octet-stream', 'application/x-image']

/**
 * The HTTP server of a detector, after SageMaker's container contract.
 *
 * `POST /invocations` takes an image (`image/jpeg`, `image/png`) or `{"image": "<base64>", "confidence"?: 0..1}`
 * and answers `{predictions, image, model, latency_ms}`, boxes in pixels of the posted image. Errors are JSON
 * `{"error": {"code", "message"}}`: 400 for what is not a readable image, 413, 415, 503 when too many wait.
 */
export function createServing(session: DetectorSession, defaults: { readonly confidence: number }): Server {
  const gate = createGate(MAX_RUNNING, MAX_WAITING)
  const server = createServer((request, response) => {
    answer(request, session, defaults, gate).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        const { status, code, message } = failureOf(error)
        if (status === 500) console.error(error)
        send(response, status, { error: { code, message } })
      },
    )
  })
  // The platform keeps connections open between invocations.
  server.keepAliveTimeout = 75_000
  return server
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function answer(
  request: IncomingMessage,
  session: DetectorSession,
  defaults: { readonly confidence: number },
  gate: Gate,
): Promise<Answer> {
  const path = (request.url ?? '/').split('?')[0]
  if (path === '/ping' && request.method === 'GET') return { status: 200, body: { status: 'healthy' } }
  if (path !== '/invocations') throw new HttpError(404, 'NotFound', `no such path: ${path}; known: /ping, /invocations`)
  if (request.method !== 'POST') throw new HttpError(405, 'MethodNotAllowed', `${request.method} is not POST`)
  const arrived = performance.now()
  const bytes = await readBody(request)
  const input = inputOf(request, bytes)
  const confidence = input.confidence ?? defaults.confidence
  return gate(async () => {
    const begun = performance.now()
    const found = await predictImage(session, input.image, { confidence, name: 'the posted image' })
    const body = {
      predictions: found.detections.map((detection) => ({
        class: session.classNames[detection.classId] ?? String(detection.classId),
        class_id: detection.classId,
        confidence: round(detection.confidence, 4),
        box: detection.box.map((side) => round(side, 1)),
      })),
      image: { width: found.width, height: found.height },
      model: {
        ...(session.metadata['name'] !== undefined && { name: session.metadata['name'] }),
        classes: session.classNames,
        tiles: found.tiles,
      },
      latency_ms: {
        wait: round(begun - arrived, 2),
        decode: round(found.timesMs.decode, 2),
        inference: round(found.timesMs.infer, 2),
        post: round(found.timesMs.post, 2),
        total: round(performance.now() - arrived, 2),
      },
    }
    return { status: 200, body }
  })
}

function inputOf(request: IncomingMessage, bytes: Buffer): { image: Buffer; confidence?: number } {
  const type = (request.headers['content-type'] ?? 'application/octet-stream').split(';')[0]!.trim().toLowerCase()
  const confidence = confidenceOf(/(?:^|[\s,;])confidence=([^\s,;]+)/.exec(customAttributes(request))?.[1])
  if (IMAGE_TYPES.includes(type)) return { image: bytes, ...confidence }
  if (type !== 'application/json') {
    throw new HttpError(
      415,
      'UnsupportedMediaType',
      `content type "${type}" is not one of ${[...IMAGE_TYPES, 'application/json'].join(', ')}`,
    )
  }
  const value = parseJson(bytes.toString('utf8'), 'the request body')
  const image = isObject(value) ? value['image'] : undefined
  if (!isObject(value) || typeof image !== 'string') {
    throw new HttpError(400, 'ValidationError', 'the JSON body is not {"image": "<base64 of a JPEG or PNG>"}')
  }
  const wanted = value['confidence']
  return {
    image: Buffer.from(image, 'base64'),
    ...(wanted === undefined ? confidence : confidenceOf(JSON.stringify(wanted))),
  }
}

function customAttributes(request: IncomingMessage): string {
  const header = request.headers['x-amzn-sagemaker-custom-attributes']
  return typeof header === 'string' ? header : ''
}

function confidenceOf(text: string | undefined): { confidence?: number } {
  if (text === undefined) return {}
  const confidence = Number(text)
  if (!(confidence >= 0 && confidence <= 1)) {
    throw new HttpError(400, 'ValidationError', `confidence "${text}" is not a number from 0 to 1`)
  }
  return { confidence }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    // The rest is read and dropped, so that the client gets the answer instead of a broken connection.
    if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  if (sizeBytes > MAX_BODY_BYTES) {
    throw new HttpError(
      413,
      'PayloadTooLarge',
      `the body has ${sizeBytes} bytes; at most ${MAX_BODY_BYTES} are allowed`,
    )
  }
  return Buffer.concat(chunks)
}

class HttpError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

function failureOf(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof HttpError) return { status: error.status, code: error.code, message: error.message }
  const user = error instanceof SkyloopError && error.fault === 'user'
  return { status: user ? 400 : 500, code: codeOf(error) ?? 'InternalError', message: messageOf(error) }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** Lets `running` pieces of work go at once and `waiting` more wait their turn. */
function createGate(running: number, waiting: number): Gate {
  let active = 0
  const queue: (() => void)[] = []
  return async (work) => {
    if (active >= running) {
      if (queue.length >= waiting) throw new HttpError(503, 'ServiceUnavailable', `${waiting} requests already wait`)
      await new Promise<void>((resolve) => queue.push(resolve))
    } else active++
    try {
      return await work()
    } finally {
      // The slot is handed to the next in line without being freed, so nobody can slip in between.
      const next = queue.shift()
      if (next) next()
      else active--
    }
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
