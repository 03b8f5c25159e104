import { readAnswer, type AnswerRules, type BoxAnswer } from '../../core/labelling/worker-answer.ts'
import { SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { S3Folder } from './s3-folder.ts'

/** An answer with who gave it and when. */
export interface StoredAnswer {
  readonly objectId: string
  readonly worker: string
  readonly acceptedAtMs: number
  readonly submittedAtMs: number
  readonly answer: BoxAnswer
}

/** Who has answered what, from names alone. */
export interface AnswerName {
  readonly objectId: string
  readonly worker: string
  readonly key: string
}

const FOLDER = 'annotations/worker-response/iteration-1'

/** A worker's name stands in keys. */
const WORKER = /^[A-Za-z0-9][A-Za-z0-9.@-]{0,63}$/

/** @throws SkyloopError `label.worker` */
export function checkWorker(worker: string): string {
  if (WORKER.test(worker)) return worker
  throw new SkyloopError({
    code: 'label.worker',
    message: `a worker's name has 1 to 64 letters, digits, dots, @ and hyphens, not "${worker}"`,
  })
}

/**
 * Answers as Ground Truth's worker responses, each in an object of its own that is created once and never changed:
 * `annotations/worker-response/iteration-1/<object>/<accepted>_<worker>.json`.
 */
export interface StoredAnswers {
  /** The latest of each worker for each object. @param objectId all objects without it */
  names(objectId?: string): Promise<readonly AnswerName[]>
  read(name: AnswerName): Promise<StoredAnswer>
  /** Writes an answer. The same one again changes nothing. @throws SkyloopError `label.claim-lost` when another is there */
  add(answer: StoredAnswer): Promise<void>
}

export function openAnswers(folder: S3Folder, rules: AnswerRules): StoredAnswers {
  return {
    names: async (objectId) => {
      const latest = new Map<string, AnswerName>()
      // Keys are listed in order, and of one worker the later answer has the later key.
      for (const { key } of await folder.list(objectId === undefined ? `${FOLDER}/` : `${FOLDER}/${objectId}/`)) {
        const [object, file = ''] = key.slice(FOLDER.length + 1).split('/')
        const worker = /_([^_]+)\.json$/.exec(file)?.[1]
        if (object !== undefined && worker !== undefined)
          latest.set(`${object} ${worker}`, { objectId: object, worker, key })
      }
      return [...latest.values()]
    },
    read: async ({ objectId, worker, key }) => {
      const found = await folder.read(key)
      const answers = isObject(found?.value) ? found.value['answers'] : undefined
      const [first] = Array.isArray(answers) ? answers : []
      if (!isObject(first)) {
        throw new SkyloopError({
          code: 'label.stored-answer',
          message: `${folder.uri}/${key} is not a worker's response`,
          hint: 'it was changed by something else; restore or remove it',
        })
      }
      const answer = readAnswer(first['answerContent'], rules) as BoxAnswer
      const timeOf = (text: unknown): number => (typeof text === 'string' ? Date.parse(text) : Number.NaN)
      const acceptedAtMs = timeOf(first['acceptanceTime'])
      return { objectId, worker, acceptedAtMs, submittedAtMs: timeOf(first['submissionTime']), answer }
    },
    add: async ({ objectId, worker, acceptedAtMs, submittedAtMs, answer }) => {
      const accepted = new Date(acceptedAtMs).toISOString()
      const key = `${FOLDER}/${objectId}/${accepted}_${worker}.json`
      const response = {
        acceptanceTime: accepted,
        answerContent: answer,
        submissionTime: new Date(submittedAtMs).toISOString(),
        timeSpentInSeconds: Math.round((submittedAtMs - acceptedAtMs) / 100) / 10,
        workerId: worker,
        workerMetadata: {},
      }
      if ((await folder.write(key, { answers: [response] }, { absent: true })) !== undefined) return
      const there = await folder.read(key)
      const [first] = isObject(there?.value) ? (there.value['answers'] as unknown[]) : []
      if (isObject(first) && JSON.stringify(first['answerContent']) === JSON.stringify(answer)) return
      throw new SkyloopError({
        code: 'label.claim-lost',
        message: `${worker} has already answered object ${objectId} under this claim`,
        hint: 'claim it again to answer anew',
      })
    },
  }
}
