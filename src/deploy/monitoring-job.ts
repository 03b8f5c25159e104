import {
  CreateProcessingJobCommand,
  type ProcessingInstanceType,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { joinS3 } from '../core/s3-uri.ts'

export interface MonitoringJobOptions {
  readonly jobName: string
  readonly endpointName: string
  /** Prefix of the endpoint's captured requests, `<capture>/<endpoint>`. */
  readonly capturedUri: string
  /** Prefix that holds statistics.json and constraints.json. */
  readonly baselineUri: string
  /** Prefix for statistics.json, constraint_violations.json and report.html. */
  readonly resultUri: string
  readonly imageUri: string
  readonly roleArn: string
  /** Only requests from then on; all by default. */
  readonly from?: Date
  /** Only requests before then. */
  readonly to?: Date
  /** @default 'ml.m5.large' */
  readonly instanceType?: ProcessingInstanceType
}

/** Name of the file that lists the violations, in Model Monitor's format. */
export const VIOLATIONS_FILE = 'constraint_violations.json'

/**
 * Starts a monitoring run: a Processing job that compares captured requests with the baseline and, on violations, puts
 * an event on the bus.
 */
export async function startMonitoringJob(client: SageMakerClient, options: MonitoringJobOptions): Promise<void> {
  const { resultUri, from, to } = options
  const input = (name: string, uri: string) => ({
    InputName: name,
    S3Input: {
      S3Uri: uri,
      LocalPath: `/opt/ml/processing/${name}`,
      S3DataType: 'S3Prefix' as const,
      S3InputMode: 'File' as const,
    },
  })
  await client.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: options.jobName,
      RoleArn: options.roleArn,
      AppSpecification: {
        ImageUri: options.imageUri,
        ContainerArguments: [
          'monitor',
          '--endpoint-name',
          options.endpointName,
          '--violations-uri',
          joinS3(resultUri, VIOLATIONS_FILE),
        ],
      },
      // Names of the Model Monitor container contract.
      Environment: {
        ...(from === undefined ? {} : { start_time: from.toISOString() }),
        ...(to === undefined ? {} : { end_time: to.toISOString() }),
      },
      ProcessingInputs: [input('captured', options.capturedUri), input('baseline', options.baselineUri)],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'result',
            S3Output: { S3Uri: resultUri, LocalPath: '/opt/ml/processing/result', S3UploadMode: 'EndOfJob' },
          },
        ],
      },
      ProcessingResources: {
        ClusterConfig: { InstanceCount: 1, InstanceType: options.instanceType ?? 'ml.m5.large', VolumeSizeInGB: 20 },
      },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  )
}
