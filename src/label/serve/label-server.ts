import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { codeOf, messageOf, SkyloopError } from '../../core/errors.ts'
import type { WorkerAnswer } from '../../core/labelling/worker-answer.ts'
import type { ClaimAnswer, ErrorMessage, QualityReport, SessionInfo } from '../page/protocol.ts'
import type { TaskSource } from '../tasks/task-source.ts'
import { type Adviser, createDesk, type Desk, type TaskName } from './desk.ts'
import { refusal, setSafetyHeaders } from './guard.ts'
import { readJsonBody, unfit } from './json-body.ts'
import { pageFile } from './page-files.ts'
import { sendImage } from './send-image.ts'
import { createSessions } from './session.ts'
import { acceptedBoxes, readWireBoxes } from './wire-boxes.ts'

export interface LabelServerOptions {
  readonly source: TaskSource
  readonly workers: readonly string[]
  /** 0 for a free one. */
  readonly port: number
  readonly nowMs: () => number
  readonly adviser?: Adviser
  /** How well the workers agree so far; without it the page says that it is not known here. */
  readonly quality?: () => Promise<QualityReport>
  /** Called when a worker has found nothing to do; others may still be at work on what is not theirs. */
  readonly onNothingLeft?: (worker: string) => Promise<void>
  /** Told of what went wrong here, for the terminal. */
  readonly onError: (error: unknown) => void
}

export interface LabelServer extends AsyncDisposable {
  readonly port: number
  /** One address a worker, with the token in the part that browsers do not send. */
  readonly addresses: readonly { readonly worker: string; readonly url: string }[]
}

/** How long answers under way may take when the server ends. */
const LAST_ANSWERS_MS = 2000

/** Serves the labelling page on 127.0.0.1. Disposed, it gives back what its workers had claimed. */
export async function createLabelServer(options: LabelServerOptions): Promise<LabelServer> {
  const { source, workers, adviser, nowMs } = options
  const sessions = createSessions(workers)
  const desks = new Map(
    workers.map((worker) => [worker, createDesk({ source, worker, nowMs, ...(adviser ? { adviser } : {}) })]),
  )
  let port = 0

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) {
        response.destroy()
        return
      }
      const { status, told } = explain(error)
      if (status >= 500) options.onError(error)
      sendJson(response, status, told)
    })
  })

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setSafetyHeaders(response)
    const refused = refusal(request, port)
    if (refused !== undefined) {
      sendJson(response, 403, { code: 'label.foreign', message: refused })
      return
    }
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
    if (!path.startsWith('/api/')) {
      await sendPage(path, response)
      return
    }
    const worker = sessions.workerOf(request.headers.authorization)
    const desk = worker === undefined ? undefined : desks.get(worker)
    if (worker === undefined || desk === undefined) {
      sendJson(response, 401, {
        code: 'label.token',
        message: 'The server does not know this tab: it was started anew.',
      })
      return
    }
    response.setHeader('cache-control', 'no-store')
    const image = /^\/api\/images\/([^/]+)$/.exec(path)?.[1]
    if (image !== undefined && request.method === 'GET') {
      await sendImage(source, decodeURIComponent(image), request, response)
      return
    }
    const done = await answerCall(`${request.method} ${path}`, worker, desk, request)
    if (done === undefined) sendJson(response, 404, { code: 'label.no-such-path', message: `there is no ${path}` })
    else sendJson(response, 200, done)
  }

  const answerCall = async (
    call: string,
    worker: string,
    desk: Desk,
    request: IncomingMessage,
  ): Promise<object | undefined> => {
    switch (call) {
      case 'GET /api/session':
        return sessionInfo(source, worker, adviser?.model)
      case 'GET /api/progress':
        return desk.progress()
      case 'GET /api/quality':
        if (options.quality) return options.quality()
        throw new SkyloopError({
          code: 'label.no-quality',
          message: 'how the workers agree is not known on this machine',
        })
      case 'POST /api/claim': {
        await readJsonBody(request)
        const task = await desk.claim()
        if (task) return { task } satisfies ClaimAnswer
        const progress = await desk.progress()
        if (progress.open === 0) await options.onNothingLeft?.(worker)
        return { progress } satisfies ClaimAnswer
      }
      default: {
        const [, taskId, verb] = /^POST \/api\/tasks\/([^/]+)\/(renew|draft|submit|skip)$/.exec(call) ?? []
        if (taskId === undefined) return undefined
        const body = await readJsonBody(request)
        const { objectId } = body
        if (typeof objectId !== 'string') throw unfit('has no objectId')
        return answerTask({ taskId: decodeURIComponent(taskId), objectId }, verb as TaskVerb, desk, body)
      }
    }
  }

  const answerTask = async (
    task: TaskName,
    verb: TaskVerb,
    desk: Desk,
    body: Record<string, unknown>,
  ): Promise<object> => {
    switch (verb) {
      case 'renew':
        return desk.renew(task)
      case 'draft':
        await desk.saveDraft(task, readWireBoxes(body['boxes']))
        return {}
      case 'submit':
        await desk.submit(task, readSubmission(body, source))
        return {}
      case 'skip': {
        const reason = body['reason']
        if (typeof reason !== 'string' || reason.trim() === '' || reason.length > 500) {
          throw unfit('has no reason of 1 to 500 characters')
        }
        await desk.skip(task, reason.trim())
        return {}
      }
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  port = (server.address() as AddressInfo).port
  const addresses = [...sessions.tokens].map(([worker, token]) => ({
    worker,
    url: `http://127.0.0.1:${port}/#token=${token}`,
  }))
  return {
    port,
    addresses,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // What is being answered is answered to its end.
      server.closeIdleConnections()
      const hurry = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS)
      await closed
      clearTimeout(hurry)
      for (const desk of desks.values()) await desk.release()
    },
  }
}

type TaskVerb = 'renew' | 'draft' | 'submit' | 'skip'

function sessionInfo(source: TaskSource, worker: string, model: string | undefined): SessionInfo {
  const { title, instructions, labels, kind, workersPerObject } = source.about
  return { worker, title, instructions, labels, kind, workersPerObject, ...(model === undefined ? {} : { model }) }
}

function readSubmission(body: Record<string, unknown>, source: TaskSource): WorkerAnswer {
  const { boxes, width, height, verdict, comment } = body
  if (source.about.kind === 'verification') {
    if (typeof verdict !== 'string') throw unfit('has no verdict')
    return { annotatedResult: { label: verdict }, ...(typeof comment === 'string' ? { comment } : {}) }
  }
  if (typeof width !== 'number' || typeof height !== 'number') throw unfit('has no size of the image')
  const boundingBoxes = acceptedBoxes(readWireBoxes(boxes))
  return { annotatedResult: { boundingBoxes, inputImageProperties: { width, height } } }
}

async function sendPage(path: string, response: ServerResponse): Promise<void> {
  const file = await pageFile(path === '/' ? 'page.html' : path.replace(/^\/page\//, ''))
  if (!file) {
    sendJson(response, 404, { code: 'label.no-such-path', message: `there is no ${path}` })
    return
  }
  response.setHeader('cache-control', 'no-cache')
  response.writeHead(200, { 'content-type': file.contentType }).end(file.body)
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** A refusal is the page's to show; trouble of a machine may pass, and the page tries again. */
function explain(error: unknown): { status: number; told: ErrorMessage } {
  if (error instanceof SkyloopError) {
    const { code, message, hint } = error
    const status = error.fault === 'user' ? (code === 'label.no-such-object' ? 404 : 409) : 503
    return { status, told: { code, message, ...(hint === undefined ? {} : { hint }) } }
  }
  if (error instanceof Error && '$fault' in error && error.$fault === 'client') {
    // S3 or SageMaker said no, and will again: an image that is not there, a role that may not.
    return { status: 409, told: { code: error.name, message: `${error.name}: ${error.message}` } }
  }
  return { status: 500, told: { code: codeOf(error) ?? 'internal', message: messageOf(error) } }
}
