import type { S3Client } from '@aws-sdk/client-s3'
import { isObject } from '../../core/json.ts'
import { readInputManifest } from '../tasks/input-manifest.ts'

/** What stands in an output manifest under one attribute. `images = labelled + failed + unlabelled`. */
export interface OutputSummary {
  readonly images: number
  readonly labelled: number
  readonly failed: number
  readonly unlabelled: number
  readonly boxes: number
  /** Class names as each line's `class-map` has them, in order of name. */
  readonly boxesByClass: Readonly<Record<string, number>>
  /** Of a verification job: how often each judgement was given. */
  readonly judgements: Readonly<Record<string, number>>
  /** Why images failed, each reason once, with how often. */
  readonly failures: Readonly<Record<string, number>>
}

/** @throws SkyloopError `label.manifest` */
export async function summarizeOutput(s3: S3Client, uri: string, attribute: string): Promise<OutputSummary> {
  const entries = await readInputManifest(s3, uri)
  return summarizeLines(
    entries.map(({ line }) => line),
    attribute,
  )
}

export function summarizeLines(lines: readonly Readonly<Record<string, unknown>>[], attribute: string): OutputSummary {
  const boxesByClass = new Map<string, number>()
  const judgements = new Map<string, number>()
  const failures = new Map<string, number>()
  const count = (counts: Map<string, number>, name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)
  let labelled = 0
  let unlabelled = 0
  for (const line of lines) {
    const label = Object.hasOwn(line, attribute) ? line[attribute] : undefined
    const metadata = Object.hasOwn(line, `${attribute}-metadata`) ? line[`${attribute}-metadata`] : undefined
    const reason = isObject(metadata) ? metadata['failure-reason'] : undefined
    if (isObject(label) && Array.isArray(label['annotations'])) {
      labelled++
      const classMap = isObject(metadata) && isObject(metadata['class-map']) ? metadata['class-map'] : {}
      for (const annotation of label['annotations'] as readonly unknown[]) {
        const id = isObject(annotation) ? String(annotation['class_id']) : ''
        const name = Object.hasOwn(classMap, id) ? classMap[id] : undefined
        count(boxesByClass, typeof name === 'string' ? name : `class ${id}`)
      }
    } else if (label !== undefined && isObject(metadata) && typeof metadata['class-name'] === 'string') {
      labelled++
      count(judgements, metadata['class-name'])
    } else if (typeof reason === 'string') count(failures, reason)
    else unlabelled++
  }
  const sum = (counts: Map<string, number>) => [...counts.values()].reduce((total, one) => total + one, 0)
  const inOrder = (counts: Map<string, number>) => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    images: lines.length,
    labelled,
    failed: sum(failures),
    unlabelled,
    boxes: sum(boxesByClass),
    boxesByClass: inOrder(boxesByClass),
    judgements: inOrder(judgements),
    failures: inOrder(failures),
  }
}
