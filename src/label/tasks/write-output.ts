import { consolidateBoxes } from '../../core/labelling/consolidate-boxes.ts'
import { boxAttributes, failureAttributes } from '../../core/labelling/label-attributes.ts'
import type { LabelledBox } from '../../core/labelling/worker-answer.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import { earlierBoxes } from './earlier-boxes.ts'
import type { ManifestSource } from './manifest-source.ts'
import type { S3Folder } from './s3-folder.ts'
import type { StoredAnswer } from './stored-answers.ts'

/** What the output manifest holds. */
export interface WrittenOutput {
  /** `s3://` of the output manifest */
  readonly uri: string
  readonly images: number
  readonly labelled: number
  /** Skipped by all who were asked: in the manifest with the reason. */
  readonly failed: number
  /** Not answered by as many workers as wanted; lines without any answer stand in the output as they came. */
  readonly unfinished: number
  readonly boxes: number
  /** Boxes that fewer than half of an image's workers drew: not in the output. */
  readonly outvoted: number
}

const AT_A_TIME = 16

/** Consolidates all answers there are and writes the output manifest; of the same answers always the same one. */
export async function writeOutput(source: ManifestSource, folder: S3Folder, jobName: string): Promise<WrittenOutput> {
  const { entries, work } = source
  const names = await source.answers.names()
  const answers: StoredAnswer[] = []
  for (let at = 0; at < names.length; at += AT_A_TIME) {
    answers.push(...(await Promise.all(names.slice(at, at + AT_A_TIME).map((name) => source.answers.read(name)))))
  }
  const answersOf = Map.groupBy(answers, ({ objectId }) => objectId)
  const skipsOf = Map.groupBy(await source.skips(), ({ objectId }) => objectId)
  const counts = { labelled: 0, failed: 0, unfinished: 0, boxes: 0, outvoted: 0 }
  const lines = entries.map(({ line }, index) => {
    const given = answersOf.get(String(index)) ?? []
    const skips = skipsOf.get(String(index)) ?? []
    const last = Math.max(0, ...given.map(({ submittedAtMs }) => submittedAtMs))
    const origin = { attribute: work.attribute, jobName, createdAt: new Date(last) }
    if (given.length < work.workersPerObject) counts.unfinished++
    const [first] = given
    if (!first) {
      if (skips.length === 0) return line
      counts.failed++
      const said = skips.map(({ worker, reason }) => `${worker}: ${reason}`).join('; ')
      return { ...line, ...failureAttributes(origin, `ClientError: skipped by ${said}`) }
    }
    counts.labelled++
    const drawn = given.map(({ worker, answer }) => ({ worker, boxes: answer.annotatedResult.boundingBoxes }))
    const { boxes, outvoted } = consolidateBoxes(drawn, work.labels)
    counts.boxes += boxes.length
    counts.outvoted += outvoted.length
    const size = first.answer.annotatedResult.inputImageProperties
    const status =
      work.adjusts === undefined ? undefined : adjustment(boxes, earlierBoxes(line, work.adjusts, work.labels))
    return { ...line, ...boxAttributes(origin, work.labels, boxes, size, status) }
  })
  const key = 'manifests/output/output.manifest'
  await folder.writeText(key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'application/x-ndjson')
  return { uri: joinS3(folder.uri, key), images: entries.length, ...counts }
}

/** Whether what people left standing differs from what they were shown. */
function adjustment(after: readonly LabelledBox[], before: readonly LabelledBox[]): 'adjusted' | 'unadjusted' {
  const text = (boxes: readonly LabelledBox[]): string =>
    boxes
      .map(({ label, left, top, width, height }) => JSON.stringify([label, left, top, width, height]))
      .toSorted()
      .join()
  return text(after) === text(before) ? 'unadjusted' : 'adjusted'
}
