import {
  DescribeLabelingJobCommand,
  type DescribeLabelingJobResponse,
  type LabelCounters,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import type { TaskKind } from '../tasks/task-source.ts'
import { kindOfFunction } from './built-in-functions.ts'

/** A labelling job as a person wants to know it. */
export interface LabelingJob {
  readonly name: string
  readonly status: string
  /** Undefined for a task type that is not ours. */
  readonly kind: TaskKind | undefined
  readonly labeled: number
  readonly failed: number
  readonly unlabeled: number
  readonly workersPerObject: number
  readonly attribute: string
  readonly categoriesUri: string | undefined
  readonly inputManifestUri: string | undefined
  /** There once the job has ended. */
  readonly outputManifestUri: string | undefined
  /** `s3://…/<name>`, below which everything that the job writes lies. */
  readonly treeUri: string
  readonly teamArn: string
  readonly createdAt: Date | undefined
  readonly failureReason: string | undefined
}

/** @throws SkyloopError `label.no-such-job` */
export async function describeJob(sagemaker: SageMakerClient, name: string): Promise<LabelingJob> {
  try {
    return jobOf(await sagemaker.send(new DescribeLabelingJobCommand({ LabelingJobName: name })))
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFound') throw error
    throw new SkyloopError({
      code: 'label.no-such-job',
      message: `there is no labelling job ${name}`,
      hint: 'run `skyloop label list`',
      cause: error,
    })
  }
}

export function isOver({ status }: Pick<LabelingJob, 'status'>): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped'
}

export interface Counts {
  readonly labeled: number
  readonly failed: number
  readonly unlabeled: number
}

export function countsOf(counters: LabelCounters | undefined): Counts {
  return {
    labeled: counters?.TotalLabeled ?? 0,
    failed: counters?.FailedNonRetryableError ?? 0,
    unlabeled: counters?.Unlabeled ?? 0,
  }
}

function jobOf(job: DescribeLabelingJobResponse): LabelingJob {
  const task = job.HumanTaskConfig
  const name = job.LabelingJobName ?? ''
  return {
    name,
    status: job.LabelingJobStatus ?? '',
    kind: kindOfFunction(task?.PreHumanTaskLambdaArn),
    ...countsOf(job.LabelCounters),
    workersPerObject: task?.NumberOfHumanWorkersPerDataObject ?? 1,
    attribute: job.LabelAttributeName ?? '',
    categoriesUri: job.LabelCategoryConfigS3Uri,
    inputManifestUri: job.InputConfig?.DataSource?.S3DataSource?.ManifestS3Uri,
    outputManifestUri: job.LabelingJobOutput?.OutputDatasetS3Uri,
    treeUri: joinS3(job.OutputConfig?.S3OutputPath ?? '', name),
    teamArn: task?.WorkteamArn ?? '',
    createdAt: job.CreationTime,
    failureReason: job.FailureReason,
  }
}
