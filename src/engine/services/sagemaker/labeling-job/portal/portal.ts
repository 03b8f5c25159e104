import type { ServerResponse } from 'node:http'
import { isObject } from '../../../../../core/json.ts'
import { sha256Hex } from '../../../../auth/sigv4.ts'
import { presentedSignature, verifySignature } from '../../../../auth/verify.ts'
import type { KeyLookup } from '../../../../auth/verify.ts'
import { AwsError } from '../../../../wire/aws-error.ts'
import { decodeFormText, readBody } from '../../../../wire/http-request.ts'
import type { WireRequest } from '../../../../wire/http-request.ts'
import { asAwsError } from '../../../../wire/schema-endpoint.ts'
import { send } from '../../../../wire/wire-response.ts'
import { getWorkteam, PORTAL_PATH, workteams } from '../../workteam/record.ts'
import type { Workers } from '../../workers.ts'
import { labelingJobId, labelingJobs } from '../record.ts'
import type { LabelingJobRecord } from '../record.ts'
import { claimEnd, ownAnswer, releaseTask, saveDraft, skipTask, submitAnswer } from './answers.ts'
import type { AtWork } from './at-work.ts'
import { imageOf, objectAt } from './at-work.ts'
import { aboutJob, claimTask, listTasks } from './claims.ts'
import { badRequest, notFound, notSignedIn, PortalError } from './portal-error.ts'
import { sendImage } from './task-image.ts'
import { findWorker, issueWorkerToken } from './worker-tokens.ts'

/** An answer of 10,000 boxes is about 1 MiB. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024

/** What the portal answers: a JSON value, nothing, or a response that it has sent itself. */
type Reply = { readonly json: unknown } | 'empty' | 'sent'

const EMPTY: Reply = 'empty'
const SENT: Reply = 'sent'

interface Asked {
  readonly at: AtWork
  /** Of the path, decoded; empty when the route has none. */
  readonly id: string
  readonly body: unknown
  readonly response: ServerResponse
}

/** Every path below `/_skyloop/labeling/<team>/jobs/<job>`; `*` stands for a task's or an object's id. */
const ROUTES: Readonly<Record<string, (asked: Asked) => Reply | Promise<Reply>>> = {
  'GET ': ({ at }) => ({ json: aboutJob(at.job) }),
  'GET objects': ({ at }) => ({ json: listTasks(at) }),
  'GET objects/*/image': async ({ at, id, response }) => {
    const { engine } = at.workers
    await sendImage(engine, imageOf(engine, at.job, objectAt(at, positionOf(id))), response)
    return SENT
  },
  'GET objects/*/answer': ({ at, id }) => {
    const answer = ownAnswer(at, positionOf(id))
    return answer === undefined ? EMPTY : { json: JSON.parse(answer) as unknown }
  },
  'POST claims': async ({ at, body }) => {
    const wanted = isObject(body) ? body['objectId'] : undefined
    if (wanted !== undefined && typeof wanted !== 'string') throw badRequest('"objectId" must be text')
    const task = await claimTask(at, wanted === undefined ? undefined : positionOf(wanted))
    return task === undefined ? EMPTY : { json: task }
  },
  'POST claims/*/renew': ({ at, id }) => ({ json: { expiresAt: claimEnd(at, id).toISOString() } }),
  'PUT claims/*/draft': async ({ at, id, body }) => {
    await saveDraft(at, id, isObject(body) ? body['boxes'] : undefined)
    return EMPTY
  },
  'POST claims/*/answer': async ({ at, id, body }) => {
    await submitAnswer(at, id, body)
    return { json: { taken: true } }
  },
  'POST claims/*/skip': async ({ at, id, body }) => {
    await skipTask(at, id, isObject(body) ? body['reason'] : undefined)
    return EMPTY
  },
  'DELETE claims/*': async ({ at, id }) => {
    await releaseTask(at, id)
    return EMPTY
  },
}

/**
 * The worker portal of private teams: where tasks wait for people. No AWS API; on AWS its place is taken by the page
 * behind a work team's `SubDomain`, which names the portal here, too.
 *
 * `POST <team>/sign-in {"worker": "ana"}` is a call signed by somebody who may `sagemaker:UpdateWorkteam` the team, and
 * gives a token; everything else wants that token (`Authorization: Bearer`), and sees the jobs of that team only.
 */
export async function answerPortal(
  workers: Workers,
  request: WireRequest,
  response: ServerResponse,
  keys: KeyLookup,
): Promise<void> {
  const { engine } = workers
  const json = (status: number, value: unknown): void => {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    // Refused before its body was read: the connection cannot carry another request.
    const isUnread = !request.message.complete
    send(response, {
      status,
      headers: isUnread ? { ...headers, connection: 'close' } : headers,
      body: JSON.stringify(value),
    })
    if (isUnread) request.message.resume()
  }
  try {
    const reply = await route(workers, request, response, keys)
    if (reply === 'sent') return
    if (reply === 'empty') send(response, { status: 204, headers: { 'cache-control': 'no-store' }, body: '' })
    else json(200, reply.json)
  } catch (error) {
    if (response.headersSent) throw error
    if (error instanceof PortalError) return json(error.status, { code: error.code, message: error.message })
    const { code, status, message } = asAwsError(error, engine, engine.ids.uuid())
    json(status, { code, message })
  }
}

async function route(
  workers: Workers,
  request: WireRequest,
  response: ServerResponse,
  keys: KeyLookup,
): Promise<Reply> {
  const [team = '', ...rest] = request.path.slice(PORTAL_PATH.length).split('/').map(decodeFormText)
  if (request.method === 'POST' && rest.join('/') === 'sign-in') return signIn(workers, request, team, keys)
  const { engine } = workers
  const token = /^Bearer ([\w-]+)$/.exec(request.header('authorization') ?? '')?.[1]
  const worker = token === undefined ? undefined : findWorker(engine, team, token)
  const record = workteams(engine).get(team)
  if (worker === undefined || !record) throw notSignedIn()
  const [noun, name, ...below] = rest
  if (noun !== 'jobs') throw notFound(`path ${request.path}`)
  const isOfTeam = (one: LabelingJobRecord) => one.request.HumanTaskConfig.WorkteamArn === record.arn
  if (name === undefined && request.method === 'GET') {
    const all = labelingJobs(engine).list()
    return { json: all.flatMap(({ value }) => (isOfTeam(value) ? [aboutJob(value)] : [])) }
  }
  const job = labelingJobs(engine).get(labelingJobId(name ?? ''))
  if (!job || !isOfTeam(job)) throw notFound(`labeling job ${name} of the work team ${team}`)
  const id = below[1] ?? ''
  const path = below.map((part, index) => (index === 1 ? '*' : part)).join('/')
  const found = `${request.method} ${path}`
  if (!Object.hasOwn(ROUTES, found)) throw notFound(`path ${request.method} ${request.path}`)
  const body = request.method === 'GET' ? undefined : await readJsonBody(request)
  return (ROUTES[found] as (typeof ROUTES)[string])({ at: { workers, job, worker }, id, body, response })
}

/** Who may change a team may let a worker in. */
async function signIn({ engine }: Workers, request: WireRequest, team: string, keys: KeyLookup): Promise<Reply> {
  const body = await readBody(request.message, BODY_LIMIT_BYTES)
  const presented = presentedSignature(request, 'json')
  const { principal, scope } = verifySignature(request, presented, sha256Hex(body), keys, engine.clock.now(), 'json')
  if (scope.service !== 'sagemaker') throw new AwsError('SignatureDoesNotMatch', 403, 'Sign for the service sagemaker')
  const record = workteams(engine).get(team)
  const resource = record?.arn ?? '*'
  engine.authorize(principal, [{ action: 'sagemaker:UpdateWorkteam', resource }])
  getWorkteam(engine, team)
  const given = parseBody(body)
  const worker = isObject(given) ? given['worker'] : undefined
  if (typeof worker !== 'string' || !/^[\p{L}\p{N}][\p{L}\p{N}._@+ -]{0,63}$/u.test(worker)) {
    throw badRequest(
      '"worker" must be 1 to 64 letters, digits, spaces or . _ @ + -, and begin with a letter or a digit',
    )
  }
  const { token, expiresAt } = await engine.store.batch(() => issueWorkerToken(engine, team, worker))
  return { json: { worker, token, expiresAt: expiresAt.toISOString() } }
}

async function readJsonBody(request: WireRequest): Promise<unknown> {
  return parseBody(await readBody(request.message, BODY_LIMIT_BYTES))
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    throw badRequest('the body is not JSON')
  }
}

function positionOf(text: string): number {
  if (!/^(0|[1-9]\d{0,8})$/.test(text)) throw notFound(`object ${text}`)
  return Number(text)
}
