import type { ProcessingInstanceType } from '@aws-sdk/client-sagemaker'
import type { Value } from '../dsl/reference.ts'
import type { ProcessingStepOptions } from '../steps/job-steps.ts'
import { executionUri, type StepContext } from './settings.ts'

/** The size and patience of a processing job. */
export interface ProcessingResources {
  /** @default 'ml.m5.xlarge' */
  readonly instanceType?: Value<string>
  /** @default 30 */
  readonly volumeSizeGb?: number
  /** @default 21600, six hours */
  readonly maxRuntimeSeconds?: number
}

export interface SkyloopJob extends ProcessingResources {
  /** Program of the image, e.g. `preprocess`. */
  readonly program: string
  readonly arguments: readonly Value<string>[]
  /** S3 prefix or object by the name of its folder under `/opt/ml/processing/`. */
  readonly inputs: Readonly<Record<string, Value<string>>>
  /** Output names, each also the name of its folder, or `[name, folder]` where that differs. */
  readonly outputs: readonly (string | readonly [name: string, folder: string])[]
}

/** CreateProcessingJob's input for a program of the skyloop image. */
export function skyloopJob(context: StepContext, job: SkyloopJob): ProcessingStepOptions['arguments'] {
  return {
    ProcessingResources: {
      ClusterConfig: {
        InstanceType: (job.instanceType ?? 'ml.m5.xlarge') as ProcessingInstanceType,
        InstanceCount: 1,
        VolumeSizeInGB: job.volumeSizeGb ?? 30,
      },
    },
    AppSpecification: { ImageUri: context.imageUri, ContainerArguments: [job.program, ...job.arguments] },
    RoleArn: context.roleArn,
    ProcessingInputs: Object.entries(job.inputs).map(([name, uri]) => ({
      InputName: name,
      AppManaged: false,
      S3Input: {
        S3Uri: uri,
        LocalPath: `/opt/ml/processing/${name}`,
        S3DataType: 'S3Prefix',
        S3InputMode: 'File',
        S3DataDistributionType: 'FullyReplicated',
        S3CompressionType: 'None',
      },
    })),
    ProcessingOutputConfig: {
      Outputs: job.outputs.map((output) => {
        const [name, folder] = typeof output === 'string' ? [output, output] : output
        return {
          OutputName: name,
          AppManaged: false,
          S3Output: {
            S3Uri: executionUri(context, name),
            LocalPath: `/opt/ml/processing/${folder}`,
            S3UploadMode: 'EndOfJob',
          },
        }
      }),
    },
    StoppingCondition: { MaxRuntimeInSeconds: job.maxRuntimeSeconds ?? 21_600 },
    Tags: context.tags,
  }
}
