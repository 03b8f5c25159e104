import { type S3Client, GetObjectCommand } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { readAnswer, type AnswerRules, type WorkerAnswer } from '../../core/labelling/worker-answer.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import { inParallel } from '../../data/s3/in-parallel.ts'
import { listObjects } from '../../data/s3/list-objects.ts'

/** One worker's answer for one object, as a labelling job has stored it. */
export interface GivenAnswer<Answer extends WorkerAnswer = WorkerAnswer> {
  /** Position in the input manifest, as text. */
  readonly objectId: string
  /** The name a worker signed in with where the job tells it, else the opaque id. */
  readonly worker: string
  readonly acceptedAtMs: number
  readonly submittedAtMs: number
  readonly answer: Answer
}

const RESPONSE_LIMIT_BYTES = 64 * 1024 * 1024
const PARALLEL = 16

/**
 * Reads what workers have answered so far: an object's answers are stored once it has all of them.
 *
 * Of several files of one object the latest counts.
 *
 * @param treeUri `s3://…/<job>`
 * @throws SkyloopError `label.response` for a file that is no worker response, `label.answer`
 */
export async function readAnswers(
  s3: S3Client,
  treeUri: string,
  rules: AnswerRules,
  signal?: AbortSignal,
): Promise<readonly GivenAnswer[]> {
  const latest = new Map<string, { readonly bucket: string; readonly key: string; readonly uri: string }>()
  const folder = joinS3(treeUri, 'annotations/worker-response')
  for await (const { key, bucket, fullKey, sizeBytes } of listObjects(s3, folder, { signal })) {
    const objectId = /^iteration-\d+\/(\d+)\/[^/]+\.json$/.exec(key)?.[1]
    if (objectId === undefined) continue
    const uri = `s3://${bucket}/${fullKey}`
    if (sizeBytes > RESPONSE_LIMIT_BYTES) throw noResponse(uri, `it has ${sizeBytes} bytes`)
    // Keys come in order, and the name of a file is its time.
    latest.set(objectId, { bucket, key: fullKey, uri })
  }
  const all: GivenAnswer[][] = []
  const objects = [...latest].sort(([a], [b]) => Number(a) - Number(b))
  await inParallel(objects, PARALLEL, async ([objectId, { bucket, key, uri }], index) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    all[index] = parseResponse(objectId, (await Body?.transformToString('utf-8')) ?? '', uri, rules)
  })
  return all.flat()
}

/** `{"answers": [{"answerContent": …, "acceptanceTime": …, "submissionTime": …, "workerId": …, "workerMetadata": …}]}` */
export function parseResponse(objectId: string, text: string, uri: string, rules: AnswerRules): GivenAnswer[] {
  const value = parseJson(text, uri)
  const answers = isObject(value) ? value['answers'] : undefined
  if (!Array.isArray(answers)) throw noResponse(uri, 'it has no list of answers')
  return answers.map((given: unknown, index) => {
    if (!isObject(given)) throw noResponse(uri, `answer ${index} is no object`)
    const submittedAtMs = Date.parse(String(given['submissionTime']))
    const acceptedAtMs = Date.parse(String(given['acceptanceTime'] ?? given['submissionTime']))
    if (Number.isNaN(submittedAtMs)) throw noResponse(uri, `answer ${index} has no submissionTime`)
    const metadata = isObject(given['workerMetadata']) ? given['workerMetadata']['identityData'] : undefined
    const name = isObject(metadata) ? metadata['sub'] : undefined
    const worker = typeof name === 'string' ? name : given['workerId']
    if (typeof worker !== 'string') throw noResponse(uri, `answer ${index} names no worker`)
    return { objectId, worker, acceptedAtMs, submittedAtMs, answer: readAnswer(given['answerContent'], rules) }
  })
}

function noResponse(uri: string, what: string): SkyloopError {
  return new SkyloopError({ code: 'label.response', message: `${uri} is no worker response: ${what}` })
}
