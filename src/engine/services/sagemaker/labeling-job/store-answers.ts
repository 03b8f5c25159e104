import { createHash } from 'node:crypto'
import type { Principal } from '../../../auth/principal.ts'
import type { Engine } from '../../../engine.ts'
import { labelObject, lastSubmission } from './label-object.ts'
import { labelingTables } from './labeling-tables.ts'
import type { AnswerRow, ObjectRow } from './labeling-tables.ts'
import { batchSizeOf, consolidationUri, intermediateManifestUri, workerResponseUri } from './output-tree.ts'
import { outputLine } from './output-line.ts'
import { labelingJobId } from './record.ts'
import type { LabelingJobRecord } from './record.ts'
import { putRoleText } from './role-objects.ts'

/** Writes the answers to one object, as its workers gave them. Writing them again writes the same. */
export async function storeWorkerResponse(
  engine: Engine,
  role: Principal,
  job: LabelingJobRecord,
  position: number,
  answers: readonly AnswerRow[],
): Promise<void> {
  const response = {
    answers: answers.map((answer) => ({
      acceptanceTime: new Date(answer.acceptedMs).toISOString(),
      answerContent: JSON.parse(answer.content) as unknown,
      submissionTime: new Date(answer.submittedMs).toISOString(),
      timeSpentInSeconds: Math.round(answer.submittedMs - answer.acceptedMs) / 1000,
      workerId: workerId(engine, job, answer.worker),
      workerMetadata: {
        identityData: {
          identityProviderType: 'Skyloop',
          issuer: job.request.HumanTaskConfig.WorkteamArn,
          sub: answer.worker,
        },
      },
    })),
  }
  await putRoleText(engine, role, workerResponseUri(job, position, lastSubmission(answers)), JSON.stringify(response))
}

/** Writes what consolidation was given and gave for the objects of one iteration, and their lines. */
export async function storeIteration(
  engine: Engine,
  role: Principal,
  job: LabelingJobRecord,
  iteration: number,
): Promise<void> {
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  const size = batchSizeOf(job)
  const objects = tables.objects(id, (iteration - 1) * size, iteration * size)
  const lines = objects.map(outputLine).join('\n')
  await putRoleText(engine, role, intermediateManifestUri(job, iteration), `${lines}\n`)
  const labeled = objects
    .filter(({ state }) => state === 'labeled')
    .map((object) => ({ object, answers: tables.answers(id, object.position) }))
  if (labeled.length === 0) return
  const at = lastSubmission(labeled.flatMap(({ answers }) => answers))
  const write = (which: 'consolidation-request' | 'consolidation-response', value: unknown) =>
    putRoleText(engine, role, consolidationUri(job, which, iteration, at), JSON.stringify(value))
  await write(
    'consolidation-request',
    labeled.map(({ object, answers }) => ({
      datasetObjectId: String(object.position),
      dataObject: { s3Uri: object.sourceRef },
      annotations: answers.map(({ worker, content }) => ({
        workerId: workerId(engine, job, worker),
        annotationData: { content },
      })),
    })),
  )
  await write(
    'consolidation-response',
    labeled.map(({ object, answers }) => consolidationOf(job, object, answers)),
  )
}

/** `outvoted` is this engine's own: boxes that fewer than half of the workers drew. */
function consolidationOf(job: LabelingJobRecord, object: ObjectRow, answers: readonly AnswerRow[]): object {
  const { attributes, outvoted } = labelObject(job, object, answers)
  return {
    datasetObjectId: String(object.position),
    consolidatedAnnotation: { content: attributes },
    ...(outvoted.length > 0 && { outvoted }),
  }
}

/** Ground Truth's ids say the workforce, the region and nothing else. */
function workerId(engine: Engine, job: LabelingJobRecord, worker: string): string {
  const text = `${job.request.HumanTaskConfig.WorkteamArn}/${worker}`
  return `private.${engine.region}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}
