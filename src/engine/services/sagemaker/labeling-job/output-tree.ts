import { joinS3 } from '../../../../core/s3-uri.ts'
import type { LabelingJobRecord } from './record.ts'

/** Objects of one iteration, when the request does not say. @source API reference of HumanTaskConfig */
const BATCH = 1000

/** How many objects wait for workers at a time. */
export function batchSizeOf({ request }: LabelingJobRecord): number {
  return request.HumanTaskConfig.MaxConcurrentTaskCount ?? BATCH
}

/** From 1. */
export function iterationOf(job: LabelingJobRecord, position: number): number {
  return 1 + Math.floor(position / batchSizeOf(job))
}

function treeOf({ name, request }: LabelingJobRecord): string {
  return joinS3(request.OutputConfig.S3OutputPath, name)
}

export function outputManifestUri(job: LabelingJobRecord): string {
  return joinS3(treeOf(job), 'manifests/output/output.manifest')
}

/** Every answer to one object. */
export function workerResponseUri(job: LabelingJobRecord, position: number, at: Date): string {
  const iteration = `iteration-${iterationOf(job, position)}`
  return joinS3(treeOf(job), 'annotations/worker-response', iteration, String(position), `${fileTime(at)}.json`)
}

/** What consolidation was given and gave, for the objects of one iteration. */
export function consolidationUri(
  job: LabelingJobRecord,
  which: 'consolidation-request' | 'consolidation-response',
  iteration: number,
  at: Date,
): string {
  return joinS3(
    treeOf(job),
    'annotations/consolidated-annotation',
    which,
    `iteration-${iteration}`,
    `${fileTime(at)}.json`,
  )
}

/** Lines of the objects of one iteration, as they will stand in the output manifest. */
export function intermediateManifestUri(job: LabelingJobRecord, iteration: number): string {
  return joinS3(treeOf(job), 'annotations/intermediate', String(iteration), 'annotations.manifest')
}

/** `2026-01-02_03:04:05` */
function fileTime(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', '_')
}
