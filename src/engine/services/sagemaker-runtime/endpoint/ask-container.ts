import { request } from 'node:http'
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { codeOf } from '../../../../core/errors.ts'

/** Longest time for an answer, and the largest one. @source SageMaker: 60 s; 25 MiB */
const ANSWER_MS = 60_000
const ANSWER_LIMIT = 26_214_400

export interface ContainerAnswer {
  readonly status: number
  readonly contentType: string
  readonly customAttributes: string | undefined
  readonly body: Uint8Array
}

/** The members of InvokeEndpoint that travel to the container as headers. */
export interface ContainerQuestion {
  readonly Body: Uint8Array
  readonly ContentType?: string
  readonly Accept?: string
  readonly CustomAttributes?: string
  readonly InferenceId?: string
  readonly EnableExplanations?: string
  readonly TargetVariant?: string
}

interface Address {
  readonly port: number
  readonly agent: Agent
}

/**
 * POST /invocations.
 *
 * @returns undefined when the process could not be reached: the question was not put, and another process may be asked
 */
export async function askContainer(
  address: Address,
  question: ContainerQuestion,
): Promise<ContainerAnswer | undefined> {
  // A kept connection may have been closed by the other side at this very moment; a fresh one tells.
  for (let attempt = 1; ; attempt++) {
    let asked: ClientRequest | undefined
    try {
      return await post(address, question, (made) => (asked = made))
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ECONNREFUSED') return undefined
      if (code === 'ECONNRESET' && asked?.reusedSocket && attempt === 1) continue
      const timedOut = code === 'ETIMEDOUT'
      const message = timedOut
        ? 'Your invocation timed out while waiting for a response from container primary'
        : String(error)
      return answerOf(timedOut ? 504 : 502, message)
    }
  }
}

function post(
  { port, agent }: Address,
  question: ContainerQuestion,
  onRequest: (made: ClientRequest) => void,
): Promise<ContainerAnswer> {
  return new Promise((resolve, reject) => {
    const made = request(
      { host: '127.0.0.1', port, agent, method: 'POST', path: '/invocations', headers: headersOf(question) },
      (response) => void collect(response).then(resolve, reject),
    )
    onRequest(made)
    made.setTimeout(ANSWER_MS, () => made.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })))
    made.on('error', reject)
    made.end(question.Body)
  })
}

function headersOf(question: ContainerQuestion): Record<string, string | number> {
  const optional = {
    Accept: question.Accept,
    'X-Amzn-SageMaker-Custom-Attributes': question.CustomAttributes,
    'X-Amzn-SageMaker-Inference-Id': question.InferenceId,
    'X-Amzn-SageMaker-Enable-Explanations': question.EnableExplanations,
    'X-Amzn-SageMaker-Target-Variant': question.TargetVariant,
  }
  const given = Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    'Content-Type': question.ContentType ?? 'application/octet-stream',
    'Content-Length': question.Body.length,
    ...Object.fromEntries(given),
  }
}

async function collect(response: IncomingMessage): Promise<ContainerAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > ANSWER_LIMIT) {
      response.destroy()
      return answerOf(500, `the answer has more than ${ANSWER_LIMIT} bytes`)
    }
    chunks.push(chunk)
  }
  const custom = response.headers['x-amzn-sagemaker-custom-attributes']
  return {
    status: response.statusCode ?? 500,
    contentType: response.headers['content-type'] ?? 'application/octet-stream',
    customAttributes: typeof custom === 'string' ? custom : undefined,
    body: Buffer.concat(chunks),
  }
}

function answerOf(status: number, text: string): ContainerAnswer {
  return { status, contentType: 'text/plain', customAttributes: undefined, body: Buffer.from(text) }
}
