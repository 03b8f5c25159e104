import type { IncomingMessage } from 'node:http'
import { SkyloopError } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'

/** 10,000 boxes, the most of an answer, are about 1 MB. */
const LIMIT_BYTES = 4_000_000

/** @throws SkyloopError `label.request` when it is too long or no JSON object */
export async function readJsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  // A form of a foreign page cannot send this type without asking first.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) throw unfit('is not application/json')
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > LIMIT_BYTES) throw unfit(`is longer than ${LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  const body = parseJson(Buffer.concat(chunks).toString('utf8'), 'the request')
  if (!isObject(body)) throw unfit('is not a JSON object')
  return body
}

export function unfit(what: string): SkyloopError {
  return new SkyloopError({ code: 'label.request', message: `the request ${what}` })
}
