import type { DescribeTrainingJobResponse, TrainingInstanceType } from '@aws-sdk/client-sagemaker'
import { text, type Scalar, type Value } from '../dsl/reference.ts'
import { trainingStep } from '../steps/job-steps.ts'
import { RETRY_SERVICE_FAULTS, type Step, type StepOptions } from '../steps/step.ts'
import { executionUri, type StepContext } from './settings.ts'

export interface TrainingOptions {
  /** @default 'Train' */
  readonly name?: string
  /** S3 prefix of a prepared data set. */
  readonly dataset: Value<string>
  /** Hyperparameters of the training program; what is not named keeps the program's default. */
  readonly hyperparameters?: Readonly<Record<string, Value<Scalar>>>
  /** @default 'ml.g4dn.xlarge' */
  readonly instanceType?: Value<string>
  /** @default 50 */
  readonly volumeSizeGb?: number
  /** @default 86400, one day */
  readonly maxRuntimeSeconds?: number
  /** Spare capacity at a lower price: the job may be interrupted and goes on from its checkpoint. @default false */
  readonly spot?: boolean
  /** How long a spot job may take with its waiting. @default twice `maxRuntimeSeconds` */
  readonly maxWaitSeconds?: number
  readonly dependsOn?: StepOptions['dependsOn']
}

const NUMBER = '([0-9.eE+-]+)'

/** Metrics that the training program prints, one line an epoch. */
export const TRAINING_METRICS = [
  'epoch',
  'train_loss',
  'box_loss',
  'cls_loss',
  'dfl_loss',
  'val_map50',
  'val_map50_95',
  'learning_rate',
  'images_per_second',
  'wait_share',
].map((name) => ({ Name: name, Regex: `(?:^|\\s)${name}=${NUMBER}` }))

/** Trains YOLO11. Resumes from its checkpoints when it was interrupted. Its model: `properties.ModelArtifacts`. */
export function createTrainingStep(context: StepContext, options: TrainingOptions): Step<DescribeTrainingJobResponse> {
  const maxRuntimeSeconds = options.maxRuntimeSeconds ?? 86_400
  return trainingStep({
    name: options.name ?? 'Train',
    displayName: 'Train YOLO11',
    description: 'Fine-tunes the base weights, or trains from scratch',
    arguments: {
      AlgorithmSpecification: {
        TrainingImage: context.imageUri,
        TrainingInputMode: 'File',
        MetricDefinitions: TRAINING_METRICS,
      },
      RoleArn: context.roleArn,
      HyperParameters: Object.fromEntries(
        Object.entries(options.hyperparameters ?? {}).map(([name, value]) => [name, text(value)]),
      ),
      InputDataConfig: [
        {
          ChannelName: 'dataset',
          DataSource: {
            S3DataSource: {
              S3DataType: 'S3Prefix',
              S3Uri: options.dataset,
              S3DataDistributionType: 'FullyReplicated',
            },
          },
          CompressionType: 'None',
          RecordWrapperType: 'None',
          InputMode: 'File',
        },
      ],
      OutputDataConfig: { S3OutputPath: executionUri(context, 'training') },
      CheckpointConfig: { S3Uri: executionUri(context, 'checkpoints') },
      ResourceConfig: {
        InstanceType: (options.instanceType ?? 'ml.g4dn.xlarge') as TrainingInstanceType,
        InstanceCount: 1,
        VolumeSizeInGB: options.volumeSizeGb ?? 50,
      },
      StoppingCondition: {
        MaxRuntimeInSeconds: maxRuntimeSeconds,
        ...(options.spot ? { MaxWaitTimeInSeconds: options.maxWaitSeconds ?? 2 * maxRuntimeSeconds } : {}),
      },
      EnableManagedSpotTraining: options.spot ?? false,
      Tags: context.tags,
    },
    retry: RETRY_SERVICE_FAULTS,
    dependsOn: options.dependsOn,
  })
}
