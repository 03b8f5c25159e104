import type { S3Client } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import type { BoxAnswer } from '../../core/labelling/worker-answer.ts'
import type { LabelingJob } from '../job/describe-job.ts'
import { readCategories } from '../job/label-categories.ts'
import { readAnswers, type GivenAnswer } from './read-answers.ts'

export interface JobAnswers {
  readonly labels: readonly string[]
  readonly answers: readonly GivenAnswer[]
}

/** Every answer that a job has stored. @throws SkyloopError `label.kind` for a task type that is not ours */
export async function answersOfJob(s3: S3Client, job: LabelingJob, signal?: AbortSignal): Promise<JobAnswers> {
  if (job.kind === undefined || job.categoriesUri === undefined) {
    throw new SkyloopError({ code: 'label.kind', message: `the job ${job.name} is not about bounding boxes` })
  }
  const labels = await readCategories(s3, job.categoriesUri)
  return { labels, answers: await readAnswers(s3, job.treeUri, { kind: job.kind, labels }, signal) }
}

/** Those that are boxes, not judgements. */
export function boxAnswers(answers: readonly GivenAnswer[]): readonly GivenAnswer<BoxAnswer>[] {
  return answers.flatMap(({ answer, ...given }) =>
    'boundingBoxes' in answer.annotatedResult ? [{ ...given, answer: answer as BoxAnswer }] : [],
  )
}
