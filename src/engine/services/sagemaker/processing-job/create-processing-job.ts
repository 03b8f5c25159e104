import type { CreateProcessingJobResponse } from '@aws-sdk/client-sagemaker'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import { messageOf } from '../../../../core/errors.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import { checkName, notImplementedHere, resourceInUse, resourceLimitExceeded } from '../errors.ts'
import { onResource, passRole } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { publishProcessingState } from './machine.ts'
import { processingJobArn, processingJobs } from './record.ts'
import type { ProcessingJobRecord, ProcessingRequest } from './record.ts'
import { startProcessingJob } from './run.ts'

/**
 * CreateProcessingJob: records the job and queues it; `run.ts` does the rest.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
 * Differs: `NetworkConfig`, `ExperimentConfig` and KMS keys are stored but not applied; an unknown image fails the job.
 * @throws ResourceInUse when the name is taken; ResourceLimitExceeded for more than one instance
 */
export const createProcessingJob = (workers: Workers) =>
  operation<ProcessingRequest, CreateProcessingJobResponse>({
    permissions: (input, call) => [
      onResource(call, 'CreateProcessingJob', 'processing-job', input.ProcessingJobName),
      ...passRole(input.RoleArn),
    ],
    handle: (input, { engine }) => {
      check(input)
      const { Tags, ...request } = input
      const name = input.ProcessingJobName
      const now = engine.clock.now()
      const arn = processingJobArn(engine, name)
      const job: ProcessingJobRecord = { name, arn, request, status: 'InProgress', createdAt: now, modifiedAt: now }
      engine.store.transaction(() => {
        if (!processingJobs(engine).insert(name, job)) {
          throw resourceInUse(
            `Job name must be unique within an AWS account and region, and a job with this name already exists (${arn})`,
          )
        }
        setTags(engine, arn, Tags)
        publishProcessingState(workers, job)
      })
      startProcessingJob(workers, job)
      return { ProcessingJobArn: arn }
    },
  })

function check(input: ProcessingRequest): void {
  checkName('processingJobName', input.ProcessingJobName)
  const { InstanceCount } = input.ProcessingResources.ClusterConfig
  if (InstanceCount !== 1) {
    throw resourceLimitExceeded(`InstanceCount is ${InstanceCount}, but this engine runs a job on one host`)
  }
  const locations = [
    ...(input.ProcessingInputs ?? []).map(({ InputName, S3Input, DatasetDefinition }) => {
      if (DatasetDefinition) throw notImplementedHere('ProcessingInput.DatasetDefinition')
      if (!S3Input) throw validationError(`ProcessingInput "${InputName}" has no S3Input`)
      if (S3Input.S3InputMode === 'Pipe') throw notImplementedHere('S3InputMode Pipe')
      return { what: `ProcessingInput "${InputName}"`, uri: S3Input.S3Uri, path: S3Input.LocalPath }
    }),
    ...(input.ProcessingOutputConfig?.Outputs ?? []).map(({ OutputName, S3Output, FeatureStoreOutput }) => {
      if (FeatureStoreOutput) throw notImplementedHere('ProcessingOutput.FeatureStoreOutput')
      if (!S3Output) throw validationError(`ProcessingOutput "${OutputName}" has no S3Output`)
      return { what: `ProcessingOutput "${OutputName}"`, uri: S3Output.S3Uri, path: S3Output.LocalPath }
    }),
  ]
  for (const { what, uri, path } of locations) {
    try {
      parseS3Uri(uri)
    } catch (error) {
      throw validationError(`${what}: ${messageOf(error)}`)
    }
    if (path !== undefined && (!/^\/opt\/ml\/processing(\/|$)/.test(path) || path.split('/').includes('..'))) {
      throw validationError(`${what}: LocalPath "${path}" must be under /opt/ml/processing`)
    }
  }
}
