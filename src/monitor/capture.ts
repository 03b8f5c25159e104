import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { codeOf, messageOf, SkyloopError } from '../core/errors.ts'
import { isObject, parseJson } from '../core/json.ts'

/** One captured invocation. */
export interface CapturedEvent {
  readonly eventId: string
  /** The caller's own id of the invocation. */
  readonly inferenceId: string | undefined
  /** Undefined when the record does not tell it. */
  readonly time: Date | undefined
  readonly input: CapturedBody | undefined
  readonly output: CapturedBody | undefined
}

export interface CapturedBody {
  readonly contentType: string
  readonly bytes: Buffer
}

/** The `InferenceId` of invocations that only prove that an endpoint answers; they are no traffic. */
export const SMOKE_TEST_ID = 'skyloop-smoke-test'

/** A line that cannot be used. */
export interface CaptureProblem {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly reason: string
}

/**
 * Reads a folder of captured invocations (`yyyy/mm/dd/hh/*.jsonl`, any depth), line by line, in the order of the paths.
 * Broken lines are yielded as problems, so that the caller counts and reports them.
 *
 * @throws SkyloopError `monitor.capture` when the folder is not there
 */
export async function* readCapture(
  folder: string,
): AsyncGenerator<{ readonly event: CapturedEvent } | { readonly problem: CaptureProblem }> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new SkyloopError({ code: 'monitor.capture', message: `there is no folder of captured data: ${folder}` })
  })
  for (const file of names.filter((name) => name.endsWith('.jsonl')).sort()) {
    const lines = createInterface({ input: createReadStream(join(folder, file)), crlfDelay: Infinity })
    let line = 0
    for await (const text of lines) {
      line++
      if (text.trim() === '') continue
      try {
        yield { event: parseCapture(text) }
      } catch (error) {
        yield { problem: { file, line, reason: messageOf(error) } }
      }
    }
  }
}

/**
 * One line of data capture.
 *
 * @throws SkyloopError `monitor.capture.line` or `core.json` when it is none
 */
export function parseCapture(text: string): CapturedEvent {
  const value = parseJson(text, 'the line')
  const data = isObject(value) ? value['captureData'] : undefined
  const metadata = isObject(value) ? value['eventMetadata'] : undefined
  if (!isObject(data) || !isObject(metadata)) throw lineError('it has no captureData and eventMetadata')
  const { eventId, inferenceId, inferenceTime } = metadata
  if (typeof eventId !== 'string') throw lineError('its eventMetadata has no eventId')
  const time = typeof inferenceTime === 'string' ? new Date(inferenceTime) : undefined
  if (time && Number.isNaN(time.getTime())) throw lineError(`its inferenceTime is ${JSON.stringify(inferenceTime)}`)
  return {
    eventId,
    inferenceId: typeof inferenceId === 'string' ? inferenceId : undefined,
    time,
    input: parseBody(data['endpointInput'], 'endpointInput'),
    output: parseBody(data['endpointOutput'], 'endpointOutput'),
  }
}

function parseBody(value: unknown, name: string): CapturedBody | undefined {
  if (value === undefined || value === null) return undefined
  const body = isObject(value) ? value : {}
  const { data, encoding, observedContentType } = body
  if (typeof data !== 'string') throw lineError(`its ${name} has no data`)
  if (encoding !== 'BASE64' && encoding !== 'JSON' && encoding !== 'CSV') {
    throw lineError(`its ${name} has the encoding ${JSON.stringify(encoding)}`)
  }
  return {
    contentType: typeof observedContentType === 'string' ? observedContentType : '',
    bytes: Buffer.from(data, encoding === 'BASE64' ? 'base64' : 'utf8'),
  }
}

function lineError(message: string): SkyloopError {
  return new SkyloopError({ code: 'monitor.capture.line', message: `the line is no captured invocation: ${message}` })
}
