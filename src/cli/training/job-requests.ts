import type {
  CreateProcessingJobCommandInput,
  CreateTrainingJobCommandInput,
  HyperParameterTrainingJobDefinition,
  ProcessingInstanceType,
  TrainingInstanceType,
} from '@aws-sdk/client-sagemaker'
import { skyloopImageUri } from '../../config/names.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import { TRAINING_METRICS } from '../../pipeline/factory/create-training-step.ts'
import type { Account } from '../account.ts'
import type { Preparation } from './training-data.ts'

/** CreateProcessingJob's input for the program `preprocess`. */
export function prepareJob(
  account: Account,
  name: string,
  source: string,
  target: string,
  { tile, imgsz, valFraction, processingInstance }: Preparation,
): CreateProcessingJobCommandInput {
  return processingJob(account, name, {
    arguments: ['preprocess', '--tile', tile, '--imgsz', `${imgsz}`, '--val-fraction', `${valFraction}`],
    inputs: { input: `${source}/` },
    output: { name: 'dataset', folder: 'output', uri: target },
    instanceType: processingInstance,
  })
}

/** Where the evaluation of a training lies. */
export const evaluationUri = (account: Account, trainingJobName: string): string =>
  joinS3(`s3://${account.names.bucket}`, 'experiments', 'evaluation', trainingJobName)

/** CreateProcessingJob's input for the program `evaluate`. */
export function evaluateJob(
  account: Account,
  name: string,
  training: { readonly job: string; readonly modelUri: string; readonly dataset: string },
  instanceType: string,
): CreateProcessingJobCommandInput {
  return processingJob(account, name, {
    arguments: ['evaluate'],
    inputs: { model: training.modelUri, data: training.dataset },
    output: { name: 'evaluation', folder: 'evaluation', uri: evaluationUri(account, training.job) },
    instanceType,
  })
}

function processingJob(
  account: Account,
  name: string,
  job: {
    readonly arguments: string[]
    readonly inputs: Readonly<Record<string, string>>
    readonly output: { readonly name: string; readonly folder: string; readonly uri: string }
    readonly instanceType: string
  },
): CreateProcessingJobCommandInput {
  return {
    ProcessingJobName: name,
    RoleArn: account.roleArn('experiment'),
    AppSpecification: {
      ImageUri: skyloopImageUri(account.accountId, account.region),
      ContainerArguments: job.arguments,
    },
    ProcessingResources: {
      ClusterConfig: { InstanceType: job.instanceType as ProcessingInstanceType, InstanceCount: 1, VolumeSizeInGB: 30 },
    },
    ProcessingInputs: Object.entries(job.inputs).map(([InputName, S3Uri]) => ({
      InputName,
      S3Input: { S3Uri, LocalPath: `/opt/ml/processing/${InputName}`, S3DataType: 'S3Prefix', S3InputMode: 'File' },
    })),
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: job.output.name,
          S3Output: {
            S3Uri: job.output.uri,
            LocalPath: `/opt/ml/processing/${job.output.folder}`,
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
    Tags: TAGS,
  }
}

/** What a training of an experiment is made of. */
export interface TrainingPlan {
  /** S3 prefix of a prepared data set. */
  readonly dataset: string
  /** S3 URI of weights to start from; undefined: `weights` of the hyperparameters decides. */
  readonly weights: string | undefined
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly instanceType: string
  readonly maxHours: number
  readonly spot: boolean
}

/** Where checkpoints of a training lie; a training that goes on with them gives the same place. */
const checkpointUri = (account: Account, job: string): string =>
  joinS3(`s3://${account.names.bucket}`, 'experiments', 'checkpoints', job)

/** CreateTrainingJob's input. */
export function trainingJob(account: Account, name: string, plan: TrainingPlan): CreateTrainingJobCommandInput {
  const { DefinitionName: _none, StaticHyperParameters, ...shared } = trainingDefinition(account, plan)
  return {
    ...shared,
    TrainingJobName: name,
    HyperParameters: StaticHyperParameters,
    CheckpointConfig: { S3Uri: checkpointUri(account, name) },
    Tags: TAGS,
  } as CreateTrainingJobCommandInput
}

/** The part of a tuning job that all its training jobs share. */
export function trainingDefinition(account: Account, plan: TrainingPlan): HyperParameterTrainingJobDefinition {
  const channel = (ChannelName: string, S3Uri: string) => ({
    ChannelName,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri, S3DataDistributionType: 'FullyReplicated' as const },
    },
    InputMode: 'File' as const,
  })
  const seconds = Math.round(plan.maxHours * 3600)
  return {
    RoleArn: account.roleArn('experiment'),
    AlgorithmSpecification: {
      TrainingImage: skyloopImageUri(account.accountId, account.region),
      TrainingInputMode: 'File',
      MetricDefinitions: TRAINING_METRICS,
    },
    StaticHyperParameters: { ...plan.hyperparameters },
    InputDataConfig: [
      channel('dataset', `${plan.dataset}/`),
      ...(plan.weights === undefined ? [] : [channel('weights', plan.weights)]),
    ],
    OutputDataConfig: { S3OutputPath: joinS3(`s3://${account.names.bucket}`, 'experiments', 'training') },
    CheckpointConfig: { S3Uri: joinS3(`s3://${account.names.bucket}`, 'experiments', 'checkpoints') },
    ResourceConfig: { InstanceType: plan.instanceType as TrainingInstanceType, InstanceCount: 1, VolumeSizeInGB: 50 },
    StoppingCondition: {
      MaxRuntimeInSeconds: seconds,
      ...(plan.spot ? { MaxWaitTimeInSeconds: 2 * seconds } : {}),
    },
    EnableManagedSpotTraining: plan.spot,
  }
}

export const TAGS = [{ Key: 'skyloop:experiment', Value: 'train' }]
