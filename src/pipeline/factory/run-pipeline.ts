import {
  CreateModelPackageGroupCommand,
  CreatePipelineCommand,
  DescribeModelPackageGroupCommand,
  DescribePipelineCommand,
  StartPipelineExecutionCommand,
  UpdatePipelineCommand,
  type DescribePipelineCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { compilePipeline, type CompiledPipeline } from '../definition/compile.ts'
import type { Pipeline } from '../dsl/pipeline.ts'

export interface UpsertOptions {
  /** Role that the pipeline runs as. */
  readonly roleArn: string
  /** Tags at creation. */
  readonly tags?: Readonly<Record<string, string>>
}

export interface UpsertResult {
  readonly pipelineArn: string
  readonly action: 'created' | 'updated' | 'unchanged'
  readonly compiled: CompiledPipeline
}

/**
 * Creates a pipeline, or brings the one of this name up to date; also makes the model package groups that its
 * parameters name by default. Repeating it changes nothing.
 *
 * @throws ProblemsError `pipeline.definition` before anything is sent
 */
export async function upsertPipeline(
  client: SageMakerClient,
  pipeline: Pipeline,
  options: UpsertOptions,
): Promise<UpsertResult> {
  const compiled = compilePipeline(pipeline)
  for (const parameter of compiled.definition.Parameters) {
    if (parameter.Name === GROUP_PARAMETER && typeof parameter.DefaultValue === 'string') {
      await ensureModelPackageGroup(client, parameter.DefaultValue)
    }
  }
  const wanted = {
    PipelineName: compiled.name,
    PipelineDisplayName: compiled.displayName,
    PipelineDescription: compiled.description,
    PipelineDefinition: compiled.json,
    RoleArn: options.roleArn,
    ParallelismConfiguration:
      compiled.maxParallelSteps === undefined ? undefined : { MaxParallelExecutionSteps: compiled.maxParallelSteps },
  }
  const existing = await describePipeline(client, compiled.name)
  if (!existing) {
    const answer = await client.send(
      new CreatePipelineCommand({
        ...wanted,
        ClientRequestToken: crypto.randomUUID(),
        Tags: Object.entries(options.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
      }),
    )
    return { pipelineArn: answer.PipelineArn as string, action: 'created', compiled }
  }
  const pipelineArn = existing.PipelineArn as string
  const isSame =
    existing.PipelineDefinition === compiled.json &&
    existing.RoleArn === options.roleArn &&
    existing.PipelineDescription === compiled.description &&
    existing.ParallelismConfiguration?.MaxParallelExecutionSteps === compiled.maxParallelSteps
  if (isSame) return { pipelineArn, action: 'unchanged', compiled }
  await client.send(new UpdatePipelineCommand(wanted))
  return { pipelineArn, action: 'updated', compiled }
}

const GROUP_PARAMETER = 'ModelPackageGroupName'

async function describePipeline(
  client: SageMakerClient,
  name: string,
): Promise<DescribePipelineCommandOutput | undefined> {
  try {
    return await client.send(new DescribePipelineCommand({ PipelineName: name }))
  } catch (error) {
    if (isNamed(error, 'ResourceNotFound')) return undefined
    throw error
  }
}

/** Makes a model package group unless it is there. */
async function ensureModelPackageGroup(client: SageMakerClient, name: string): Promise<void> {
  try {
    await client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: name }))
  } catch (error) {
    // SageMaker answers a missing group with ValidationException, not with ResourceNotFound.
    if (!isNamed(error, 'ValidationException') && !isNamed(error, 'ResourceNotFound')) throw error
    await client.send(
      new CreateModelPackageGroupCommand({
        ModelPackageGroupName: name,
        ModelPackageGroupDescription: 'Detectors trained by Skyloop',
      }),
    )
  }
}

export interface ExecuteOptions {
  /** Values for parameters; those not named keep their defaults. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>
  readonly displayName?: string
  readonly description?: string
  /** The same token twice starts one execution. @default random */
  readonly clientRequestToken?: string
}

/**
 * Starts an execution.
 *
 * @returns the execution's ARN
 * @throws SkyloopError `pipeline.no-such-pipeline`
 */
export async function executePipeline(
  client: SageMakerClient,
  pipelineName: string,
  options: ExecuteOptions = {},
): Promise<string> {
  const group = options.parameters?.[GROUP_PARAMETER]
  if (typeof group === 'string') await ensureModelPackageGroup(client, group)
  try {
    const answer = await client.send(
      new StartPipelineExecutionCommand({
        PipelineName: pipelineName,
        PipelineExecutionDisplayName: options.displayName,
        PipelineExecutionDescription: options.description,
        PipelineParameters: Object.entries(options.parameters ?? {}).map(([Name, value]) => ({
          Name,
          Value: String(value),
        })),
        ClientRequestToken: options.clientRequestToken ?? crypto.randomUUID(),
      }),
    )
    return answer.PipelineExecutionArn as string
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFound')) throw error
    throw new SkyloopError({
      code: 'pipeline.no-such-pipeline',
      message: `there is no pipeline ${pipelineName}`,
      hint: 'create it first: upsertPipeline, or `skyloop pipeline run`',
      cause: error,
    })
  }
}

function isNamed(error: unknown, name: string): boolean {
  return isObject(error) ? error['name'] === name : error instanceof Error && error.name === name
}
