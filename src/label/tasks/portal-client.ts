import type { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { signedHeaders } from './signed-headers.ts'

/** Tokens are asked for anew when less than this is left of their life. */
const RENEW_BEFORE_MS = 60_000

/** One worker's calls to the worker portal of one team. */
export interface PortalClient {
  /**
   * @param path below the team's address, e.g. `jobs/flight-1/claims`
   * @returns the response, whose status is 2xx
   * @throws SkyloopError with the portal's code, or `label.source-unreachable`
   */
  call(worker: string, method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response>
}

/** @param address of the team's portal, e.g. `http://127.0.0.1:4600/_skyloop/labeling/annotators` */
export function portalClient(sagemaker: SageMakerClient, address: string): PortalClient {
  const tokens = new Map<string, Promise<SignedIn>>()

  const tokenOf = async (worker: string): Promise<string> => {
    const known = await tokens.get(worker)?.catch(() => undefined)
    if (known && known.expiresAt.getTime() - Date.now() > RENEW_BEFORE_MS) return known.token
    const signingIn = signIn(sagemaker, address, worker)
    tokens.set(worker, signingIn)
    return (await signingIn).token
  }

  const attempt = async (worker: string, method: string, path: string, body: unknown, signal?: AbortSignal) =>
    request(`${address}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(worker)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })

  return {
    call: async (worker, method, path, body, signal) => {
      const response = await attempt(worker, method, path, body, signal)
      if (response.status !== 401) return checked(response)
      // The team was made anew, or the engine's clock was set: one more try with a fresh token.
      tokens.delete(worker)
      return checked(await attempt(worker, method, path, body, signal))
    },
  }
}

interface SignedIn {
  readonly token: string
  readonly expiresAt: Date
}

async function signIn(sagemaker: SageMakerClient, address: string, worker: string): Promise<SignedIn> {
  const url = new URL(`${address}/sign-in`)
  const body = JSON.stringify({ worker })
  const headers = await signedHeaders(sagemaker, url, body)
  const response = await checked(await request(url.href, { method: 'POST', headers, body }))
  const value: unknown = await response.json()
  if (!isObject(value) || typeof value['token'] !== 'string' || typeof value['expiresAt'] !== 'string') {
    throw new SkyloopError({ code: 'label.source', fault: 'internal', message: `${url.href} gave no token` })
  }
  return { token: value['token'], expiresAt: new Date(value['expiresAt']) }
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error)
    throw new SkyloopError({
      code: 'label.source-unreachable',
      fault: 'machine',
      message: `the worker portal ${new URL(url).host} does not answer: ${cause}`,
      hint: 'start the engine again (skyloop local start); nothing that was accepted is lost',
      cause: error,
    })
  }
}

/** @throws SkyloopError unless the status is 2xx, or 401, which the caller handles */
async function checked(response: Response): Promise<Response> {
  if (response.ok) return response
  const text = await response.text()
  let value: unknown
  try {
    value = JSON.parse(text) as unknown
  } catch {
    value = undefined
  }
  const code = isObject(value) && typeof value['code'] === 'string' ? value['code'] : `HTTP ${response.status}`
  const message = isObject(value) && typeof value['message'] === 'string' ? value['message'] : text.slice(0, 200)
  throw new SkyloopError({ code, fault: response.status >= 500 ? 'machine' : 'user', message })
}
