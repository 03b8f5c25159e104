import type { IncomingMessage } from 'node:http'
import type { SignedRequest } from '../auth/sigv4.ts'
import { AwsError } from './aws-error.ts'

/** One HTTP request as the wire and the signature check see it. */
export interface WireRequest extends SignedRequest {
  readonly message: IncomingMessage
  /** Decoded value of a query parameter; empty when it stands without a value. */
  parameter(name: string): string | undefined
}

export function wireRequest(message: IncomingMessage): WireRequest {
  const target = message.url ?? '/'
  const questionMark = target.indexOf('?')
  const path = questionMark < 0 ? target : target.slice(0, questionMark)
  const query = questionMark < 0 ? [] : splitQuery(target.slice(questionMark + 1))
  return {
    message,
    method: message.method ?? 'GET',
    path: path === '' ? '/' : path,
    query,
    header: (name) => {
      const value = message.headers[name]
      return Array.isArray(value) ? value.join(',') : value
    },
    parameter: (name) => {
      const found = query.find(([key]) => decodeFormText(key) === name)
      return found === undefined ? undefined : decodeFormText(found[1])
    },
  }
}

function splitQuery(text: string): [string, string][] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    })
}

/** Decodes form encoding, in which `+` is a space. Text that is not valid encoding is taken as it is. */
export function decodeFormText(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/**
 * Reads a whole body.
 *
 * @throws AwsError `RequestEntityTooLarge` beyond `limitBytes`, without reading further
 */
export async function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new AwsError('RequestEntityTooLargeException', 413, `The request body is larger than ${limitBytes} bytes`)
  if (Number(message.headers['content-length'] ?? 0) > limitBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message) {
    size += (chunk as Buffer).length
    if (size > limitBytes) throw tooLarge()
    chunks.push(chunk as Buffer)
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}
