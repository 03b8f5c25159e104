import type { LabelingJob } from '../../label/job/describe-job.ts'
import { formatFacts } from '../terminal/table.ts'

/** A labelling job as text. */
export function jobText(job: LabelingJob): string {
  const total = job.labeled + job.failed + job.unlabeled
  return formatFacts({
    job: job.name,
    status: job.status,
    labelled: `${job.labeled} of ${total} images${job.failed > 0 ? `, ${job.failed} failed` : ''}`,
    kind: job.kind,
    'per image': `${job.workersPerObject} worker${job.workersPerObject === 1 ? '' : 's'}`,
    team: job.teamArn.split('/').slice(1).join('/'),
    reason: job.failureReason,
    output: job.outputManifestUri,
  })
}

/** A labelling job as `--json` gives it. */
export function jobValue(job: LabelingJob): object {
  return { ...job, createdAt: job.createdAt?.toISOString() ?? null }
}
