import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { SkyloopError } from '../core/errors.ts'
import { isObject, parseJson } from '../core/json.ts'

/** What is found at one place of an image. */
export interface Prediction {
  readonly class: string
  readonly classId: number
  readonly confidence: number
  /** x1, y1, x2, y2 in pixels of the image that was sent. */
  readonly box: readonly [number, number, number, number]
}

export interface Answer {
  readonly predictions: readonly Prediction[]
  readonly image: { readonly width: number; readonly height: number }
  /** From request to parsed answer, as the caller sees it. */
  readonly elapsedMs: number
}

/**
 * Sends one image to an endpoint.
 *
 * @param contentType `image/jpeg` or `image/png`
 * @throws SkyloopError `deploy.answer` when the answer is not a detection answer; the SDK's own errors otherwise
 */
export async function invokeImage(
  client: SageMakerRuntimeClient,
  endpointName: string,
  image: Uint8Array,
  contentType: string,
): Promise<Answer> {
  const startedAt = performance.now()
  const response = await client.send(
    new InvokeEndpointCommand({
      EndpointName: endpointName,
      Body: image,
      ContentType: contentType,
      Accept: 'application/json',
    }),
  )
  const body = parseJson(new TextDecoder().decode(response.Body), `the answer of endpoint ${endpointName}`)
  const answer = readAnswer(body)
  if (!answer) {
    throw new SkyloopError({
      code: 'deploy.answer',
      message: `endpoint ${endpointName} gave no detection answer: ${JSON.stringify(body).slice(0, 200)}`,
      hint: 'is this endpoint one of ours?',
    })
  }
  return { ...answer, elapsedMs: performance.now() - startedAt }
}

function readAnswer(body: unknown): Omit<Answer, 'elapsedMs'> | undefined {
  if (!isObject(body) || !Array.isArray(body['predictions']) || !isObject(body['image'])) return undefined
  const { width, height } = body['image']
  if (typeof width !== 'number' || typeof height !== 'number') return undefined
  const predictions: Prediction[] = []
  for (const one of body['predictions'] as unknown[]) {
    if (!isObject(one)) return undefined
    const { class: name, class_id: classId, confidence, box } = one
    if (typeof name !== 'string' || typeof classId !== 'number' || typeof confidence !== 'number') return undefined
    if (!Array.isArray(box) || box.length !== 4 || !box.every((side) => typeof side === 'number')) return undefined
    predictions.push({ class: name, classId, confidence, box: box as [number, number, number, number] })
  }
  return { predictions, image: { width, height } }
}

/** Latency of a set of calls, nearest-rank percentiles. */
export interface Latency {
  readonly count: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly maxMs: number
}

/** @throws RangeError for an empty list */
export function summariseLatency(elapsedMs: readonly number[]): Latency {
  if (elapsedMs.length === 0) throw new RangeError('latency of no calls')
  const sorted = elapsedMs.toSorted((a, b) => a - b)
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number
  return { count: sorted.length, p50Ms: rank(0.5), p95Ms: rank(0.95), maxMs: rank(1) }
}
