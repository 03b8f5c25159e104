import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { isObject } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import { formatFacts, formatTable } from '../terminal/table.ts'
import type { TrainingFiles } from './fetch-results.ts'
import { shortName } from './names.ts'

/** What a training has come to, for a script. */
export function trainingValue(job: DescribeTrainingJobCommandOutput, files: TrainingFiles | undefined) {
  return {
    name: shortName(job.TrainingJobName ?? ''),
    trainingJob: job.TrainingJobName,
    trainingJobArn: job.TrainingJobArn,
    status: job.TrainingJobStatus,
    secondaryStatus: job.SecondaryStatus,
    failureReason: job.FailureReason ?? null,
    model: job.ModelArtifacts?.S3ModelArtifacts ?? null,
    metrics: Object.fromEntries((job.FinalMetricDataList ?? []).map(({ MetricName, Value }) => [MetricName, Value])),
    seconds: job.TrainingTimeInSeconds ?? null,
    hyperparameters: job.HyperParameters ?? {},
    folder: files?.folder ?? null,
    files: files?.files ?? [],
    result: files?.metrics ?? null,
  }
}

/** The same for a person: facts, then a line a class where the training was validated. */
export function trainingText(job: DescribeTrainingJobCommandOutput, files: TrainingFiles | undefined): string {
  const validation = isObject(files?.metrics['validation']) ? files.metrics['validation'] : {}
  const last = Object.fromEntries((job.FinalMetricDataList ?? []).map(({ MetricName, Value }) => [MetricName, Value]))
  const facts = formatFacts({
    training: shortName(job.TrainingJobName ?? ''),
    status: job.SecondaryStatus === job.TrainingJobStatus ? job.TrainingJobStatus : statusText(job),
    reason: job.FailureReason ?? text(files?.metrics['reason']),
    mAP50: percent(validation['map50'] ?? last['val_map50']),
    'mAP50-95': percent(validation['map50_95'] ?? last['val_map50_95']),
    precision: percent(validation['precision']),
    recall: percent(validation['recall']),
    'best epoch': number(files?.metrics['bestEpoch']),
    'images/s': number(files?.metrics['imagesPerSecond'])?.toFixed(1),
    time: job.TrainingTimeInSeconds === undefined ? undefined : formatDuration(job.TrainingTimeInSeconds * 1000),
    model: job.ModelArtifacts?.S3ModelArtifacts,
    files: files && `${files.folder}: ${files.files.join(', ')}`,
  })
  const perClass = isObject(validation['perClass']) ? Object.entries(validation['perClass']) : []
  const rows = perClass.flatMap(([name, value]) =>
    isObject(value)
      ? [[name, percent(value['ap50']) ?? '', percent(value['ap50_95']) ?? '', String(number(value['boxes']) ?? '')]]
      : [],
  )
  return rows.length === 0 ? facts : `${facts}\n\n${formatTable(['class', 'ap50', 'ap50-95', 'boxes'], rows)}`
}

const statusText = (job: DescribeTrainingJobCommandOutput): string =>
  `${job.TrainingJobStatus} (${job.SecondaryStatus})`

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** COCO gives -1 where there is nothing to measure. */
function percent(value: unknown): string | undefined {
  const known = number(value)
  return known === undefined || known < 0 ? undefined : `${(known * 100).toFixed(1)} %`
}
