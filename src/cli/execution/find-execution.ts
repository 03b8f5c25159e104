import {
  ListPipelineExecutionsCommand,
  type PipelineExecutionSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'

/** The executions of a pipeline, newest first. */
export async function listExecutions(
  client: SageMakerClient,
  pipeline: string,
  limit: number,
): Promise<PipelineExecutionSummary[]> {
  const page = await client.send(
    new ListPipelineExecutionsCommand({
      PipelineName: pipeline,
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      MaxResults: limit,
    }),
  )
  return page.PipelineExecutionSummaries ?? []
}

/**
 * The execution that a person means.
 *
 * @param choice an ARN, its last part, or undefined for the newest
 * @throws SkyloopError `cli.no-such-execution`
 */
export async function findExecution(client: SageMakerClient, pipeline: string, choice?: string): Promise<string> {
  if (choice?.startsWith('arn:')) return choice
  const executions = await listExecutions(client, pipeline, 100)
  const found = executions
    .map((one) => one.PipelineExecutionArn as string)
    .find((arn) => choice === undefined || arn.endsWith(`/${choice}`))
  if (found !== undefined) return found
  throw new SkyloopError({
    code: 'cli.no-such-execution',
    message: choice === undefined ? `${pipeline} has not been run yet` : `${pipeline} has no execution "${choice}"`,
    hint: choice === undefined ? 'run `skyloop pipeline run`' : 'run `skyloop pipeline status`',
  })
}
