import type { ClaimAnswer, ErrorMessage, Progress, QualityReport, SessionInfo, WireBox } from '../protocol.ts'

/** The server answered that it will not. */
export class RefusedError extends Error {
  readonly status: number
  readonly code: string
  readonly hint: string | undefined

  constructor(status: number, { code, message, hint }: ErrorMessage) {
    super(message)
    this.name = 'RefusedError'
    this.status = status
    this.code = code
    this.hint = hint
  }
}

/** The server cannot be reached, or is in trouble that may pass: the same call may be made again. */
export class UnreachableError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnreachableError'
  }
}

const TOKEN_KEY = 'skyloop-label-token'

/** Takes the token out of the address, where it could be copied or seen, into this tab. */
export function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given !== null) {
    sessionStorage.setItem(TOKEN_KEY, given)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? undefined
}

export const keepToken = (token: string): void => sessionStorage.setItem(TOKEN_KEY, token)

const TIMEOUT_MS = 30_000

async function call(path: string, body?: unknown, keepalive = false): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${sessionStorage.getItem(TOKEN_KEY) ?? ''}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      keepalive,
      cache: path.startsWith('/api/images/') ? 'default' : 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    throw new UnreachableError('the labelling server does not answer')
  }
  if (response.ok) return response
  const told = await readError(response)
  if (response.status >= 500) throw new UnreachableError(told.message)
  throw new RefusedError(response.status, told)
}

async function readError(response: Response): Promise<ErrorMessage> {
  try {
    const { code, message, hint } = (await response.json()) as ErrorMessage
    return { code, message, ...(hint === undefined ? {} : { hint }) }
  } catch {
    return { code: 'page.answer', message: `the server answered ${response.status} without a reason` }
  }
}

// The server is ours and of the same version: its answers have the shapes of protocol.ts.
const read = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T

/** Which task is meant. The object is named too, so that a server that was started anew can take the task up. */
export interface TaskName {
  readonly taskId: string
  readonly objectId: string
}

const callTask = (
  { taskId, objectId }: TaskName,
  verb: string,
  body: object = {},
  keepalive = false,
): Promise<Response> => call(`/api/tasks/${encodeURIComponent(taskId)}/${verb}`, { objectId, ...body }, keepalive)

export const getSession = (): Promise<SessionInfo> => read(call('/api/session'))
export const getProgress = (): Promise<Progress> => read(call('/api/progress'))
export const getQuality = (): Promise<QualityReport> => read(call('/api/quality'))

export const claim = (): Promise<ClaimAnswer> => read(call('/api/claim', {}))

export const renew = (task: TaskName): Promise<{ expiresInMs: number }> => read(callTask(task, 'renew'))

/** @param leaving the page is being closed: the request outlives it */
export async function saveDraft(task: TaskName, boxes: readonly WireBox[], leaving = false): Promise<void> {
  await callTask(task, 'draft', { boxes }, leaving)
}

export interface Submission {
  readonly boxes: readonly WireBox[]
  readonly width: number
  readonly height: number
  /** Chosen label of a verification. */
  readonly verdict?: string
}

export async function submit(task: TaskName, submission: Submission): Promise<void> {
  await callTask(task, 'submit', submission)
}

export async function skip(task: TaskName, reason: string): Promise<void> {
  await callTask(task, 'skip', { reason })
}

export async function getImage(path: string): Promise<Blob> {
  return (await call(path)).blob()
}
