import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { CreateLabelingJobCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import type { PlannedJob } from './job-plan.ts'

/**
 * Stores the job's files, then creates it.
 *
 * @returns ARN of the job
 * @throws SkyloopError `label.name-taken`, `label.closed` where Ground Truth takes no new customers; the SDK's errors
 */
export async function createLabelingJob(
  clients: { readonly s3: S3Client; readonly sagemaker: SageMakerClient },
  { request, files }: PlannedJob,
): Promise<string> {
  for (const { uri, contentType, text } of files) {
    const { bucket, key } = parseS3Uri(uri)
    await clients.s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: `${contentType}; charset=utf-8` }),
    )
  }
  try {
    const { LabelingJobArn = '' } = await clients.sagemaker.send(new CreateLabelingJobCommand(request))
    return LabelingJobArn
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.name === 'ResourceInUse') {
      throw new SkyloopError({
        code: 'label.name-taken',
        message: `there is a labelling job ${request.LabelingJobName} already`,
        hint: 'give another --name; names are never given back',
        cause: error,
      })
    }
    if (/no longer (open|available) to new customers/i.test(error.message)) {
      throw new SkyloopError({
        code: 'label.closed',
        message: 'Ground Truth is closed to this AWS account',
        hint: 'label the manifest without a job: skyloop label serve --manifest s3://… --labels …',
        cause: error,
      })
    }
    throw error
  }
}
