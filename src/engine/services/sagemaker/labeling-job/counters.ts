import type { LabelCounters, LabelCountersForWorkteam } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { labelingTables } from './labeling-tables.ts'
import type { LabelingJobRecord } from './record.ts'
import { labelingJobId } from './record.ts'

/** Kept by the database with every change of an object, in the same transaction: true at every moment. Objects that had their label before the job began are not counted. */
export function labelCounters(engine: Engine, job: LabelingJobRecord): Required<LabelCounters> {
  const { queued, open, labeled, failed } = labelingTables(engine.store).counts(labelingJobId(job.name))
  return {
    TotalLabeled: labeled,
    HumanLabeled: labeled,
    MachineLabeled: 0,
    FailedNonRetryableError: failed,
    Unlabeled: queued + open,
  }
}

export function labelCountersForWorkteam(engine: Engine, job: LabelingJobRecord): LabelCountersForWorkteam {
  const { HumanLabeled, FailedNonRetryableError, Unlabeled } = labelCounters(engine, job)
  return { HumanLabeled, PendingHuman: Unlabeled, Total: HumanLabeled + FailedNonRetryableError + Unlabeled }
}
