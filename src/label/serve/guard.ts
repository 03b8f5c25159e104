import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Why a request must not be answered, or undefined.
 *
 * The host is checked because a foreign page may point its own name at 127.0.0.1 (DNS rebinding), the origin because any
 * page may post here. Neither gets past the token, which is in no cookie; this keeps them from trying.
 *
 * @param port on which the server listens
 */
export function refusal(request: IncomingMessage, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host, origin } = request.headers
  if (host === undefined || !hosts.includes(host)) return `this server is ${hosts[0]}, not ${host ?? 'without a name'}`
  if (origin !== undefined && !hosts.some((one) => origin === `http://${one}`)) return `not for pages of ${origin}`
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return `not for pages of another site`
  return undefined
}

/** Only what this server itself serves may run, be shown or be called; nobody may frame it. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export function setSafetyHeaders(response: ServerResponse): void {
  response.setHeader('content-security-policy', CONTENT_POLICY)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
}
