import { execution, join, type Value } from '../dsl/reference.ts'

/** Where a factory's pipelines run and as whom. */
export interface FactorySettings {
  /** Twelve digits. */
  readonly accountId: string
  readonly region: string
  /** Bucket for everything that a pipeline writes. @default `skyloop-<account>-<region>` */
  readonly bucket?: string
  /** Role of jobs, models and endpoints. @default the role `SkyloopExecution` of the account */
  readonly roleArn?: string
  /** Image of the job programs. @default `skyloop:latest` in the account's registry */
  readonly imageUri?: string
  /** Tags on every job. @default `skyloop:pipeline` with the pipeline's name */
  readonly tags?: Readonly<Record<string, string>>
}

/** Settings without gaps, as the steps need them. */
export interface StepContext {
  readonly pipelineName: string
  readonly region: string
  readonly bucket: string
  readonly roleArn: string
  readonly imageUri: string
  readonly tags: readonly { readonly Key: string; readonly Value: string }[]
}

export function stepContext(settings: FactorySettings, pipelineName: string): StepContext {
  const { accountId, region } = settings
  return {
    pipelineName,
    region,
    bucket: settings.bucket ?? `skyloop-${accountId}-${region}`,
    roleArn: settings.roleArn ?? `arn:aws:iam::${accountId}:role/SkyloopExecution`,
    imageUri: settings.imageUri ?? `${accountId}.dkr.ecr.${region}.amazonaws.com/skyloop:latest`,
    tags: Object.entries(settings.tags ?? { 'skyloop:pipeline': pipelineName }).map(([Key, Value]) => ({ Key, Value })),
  }
}

/** `s3://bucket/<pipeline>/<execution>/<folder>`: each execution writes under its own id. */
export function executionUri(context: StepContext, ...folder: readonly Value<string>[]): Value<string> {
  const base = `s3://${context.bucket}/${context.pipelineName}`
  return join('/', [base, execution('PipelineExecutionId'), ...folder])
}
