import type { CreateTrainingJobResponse } from '@aws-sdk/client-sagemaker'
import { messageOf } from '../../../../core/errors.ts'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import { metricDefinitionProblems } from '../../../runner/metric-lines.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import { checkName, notImplementedHere, resourceInUse, resourceLimitExceeded } from '../errors.ts'
import { onResource, passRole } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { begun, publishTrainingState } from './machine.ts'
import { trainingJobArn, trainingJobs } from './record.ts'
import type { TrainingJobRecord, TrainingRequest } from './record.ts'
import { startTrainingJob } from './run.ts'

/**
 * CreateTrainingJob: records the job and queues it; `run.ts` does the rest.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 * Differs: `VpcConfig`, KMS keys, `DebugHookConfig`, `ProfilerConfig` and `ExperimentConfig` are stored but not applied;
 * an unknown image fails the job.
 * @throws ResourceInUse when the name is taken; ResourceLimitExceeded for more than one instance
 */
export const createTrainingJob = (workers: Workers) =>
  operation<TrainingRequest, CreateTrainingJobResponse>({
    permissions: (input, call) => [
      onResource(call, 'CreateTrainingJob', 'training-job', input.TrainingJobName),
      ...passRole(input.RoleArn),
    ],
    handle: (input) => {
      checkTrainingRequest(input)
      const job = insertTrainingJob(workers, input)
      startTrainingJob(workers, job, false)
      return { TrainingJobArn: job.arn }
    },
  })

/** Records a job, with its tags and its event, in one transaction; it is not started yet. */
export function insertTrainingJob(workers: Workers, { Tags, ...request }: TrainingRequest): TrainingJobRecord {
  const { engine } = workers
  const name = request.TrainingJobName
  const now = engine.clock.now()
  const arn = trainingJobArn(engine, name)
  const job: TrainingJobRecord = {
    name,
    arn,
    request,
    status: 'InProgress',
    secondaryStatus: 'Starting',
    transitions: [begun('Starting', now)],
    metrics: [],
    createdAt: now,
    modifiedAt: now,
  }
  engine.store.transaction(() => {
    if (!trainingJobs(engine).insert(name, job)) {
      throw resourceInUse(
        `Job name must be unique within an AWS account and region, and a job with this name already exists (${arn})`,
      )
    }
    setTags(engine, arn, Tags)
    publishTrainingState(workers, job)
  })
  return job
}

/** @throws the error that CreateTrainingJob gives for such a request */
export function checkTrainingRequest(input: TrainingRequest): void {
  checkName('trainingJobName', input.TrainingJobName)
  const { AlgorithmSpecification: algorithm, ResourceConfig, StoppingCondition } = input
  if (algorithm?.AlgorithmName !== undefined) throw notImplementedHere('AlgorithmSpecification.AlgorithmName')
  if (!algorithm?.TrainingImage) throw validationError('AlgorithmSpecification.TrainingImage is required')
  if (algorithm.TrainingInputMode === 'Pipe') throw notImplementedHere('TrainingInputMode Pipe')
  if (ResourceConfig?.InstanceGroups?.length) throw notImplementedHere('ResourceConfig.InstanceGroups')
  if ((ResourceConfig?.InstanceCount ?? 1) !== 1) {
    throw resourceLimitExceeded(
      `InstanceCount is ${ResourceConfig?.InstanceCount}, but this engine runs a job on one host`,
    )
  }
  const problems = metricDefinitionProblems(algorithm.MetricDefinitions ?? [])
  if (problems.length > 0) throw validationError(problems.join('; '))
  if (input.EnableManagedSpotTraining) {
    const { MaxRuntimeInSeconds: run = 86_400, MaxWaitTimeInSeconds: wait } = StoppingCondition ?? {}
    if (wait === undefined || wait < run) {
      throw validationError(
        'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
      )
    }
  }
  const channels = input.InputDataConfig ?? []
  for (const { ChannelName, DataSource, InputMode, CompressionType } of channels) {
    if (InputMode === 'Pipe') throw notImplementedHere('InputMode Pipe')
    if (CompressionType === 'Gzip') throw notImplementedHere('CompressionType Gzip outside Pipe mode')
    if (!DataSource.S3DataSource)
      throw notImplementedHere(`channel "${ChannelName}": a DataSource other than S3DataSource`)
    const { S3DataType } = DataSource.S3DataSource
    if (S3DataType !== 'S3Prefix' && S3DataType !== 'ManifestFile') throw notImplementedHere(`S3DataType ${S3DataType}`)
  }
  const names = channels.map(({ ChannelName }) => ChannelName)
  if (new Set(names).size < names.length) throw validationError(`channel names must be unique: ${names.join(', ')}`)
  const uris = [
    ...channels.map(({ DataSource }) => DataSource.S3DataSource?.S3Uri ?? ''),
    input.OutputDataConfig.S3OutputPath,
    ...(input.CheckpointConfig ? [input.CheckpointConfig.S3Uri] : []),
  ]
  for (const uri of uris) {
    try {
      parseS3Uri(uri)
    } catch (error) {
      throw validationError(messageOf(error))
    }
  }
}
