import { failureAttributes } from '../../../../core/labelling/label-attributes.ts'
import type { Engine } from '../../../engine.ts'
import { jobLog } from './job-log.ts'
import { labelingTables } from './labeling-tables.ts'
import { labelingJobId } from './record.ts'
import type { LabelingJobRecord } from './record.ts'

/** An object that cannot be labelled: the reason goes to its line of the output manifest. */
export function failObject(engine: Engine, job: LabelingJobRecord, position: number, reason: string): void {
  const origin = { attribute: job.request.LabelAttributeName, jobName: job.name, createdAt: engine.clock.now() }
  const label = JSON.stringify(failureAttributes(origin, reason))
  if (!labelingTables(engine.store).endObject(labelingJobId(job.name), position, 'failed', label)) return
  jobLog(engine, job.name, `object ${position} failed: ${reason}`)
}
