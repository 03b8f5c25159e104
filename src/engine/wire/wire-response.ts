import type { ServerResponse } from 'node:http'

/** A whole answer that fits in memory. */
export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export function send(response: ServerResponse, answer: WireResponse): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) })
  response.end(body)
}
