import type { ListPipelineExecutionStepsRequest, ListPipelineExecutionStepsResponse } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { parseDefinition } from '../pipeline/parse-definition.ts'
import { stepGraph } from '../pipeline/step-graph.ts'
import { executionDefinitions, executionKey, getExecution } from './record.ts'
import { stepMetadata } from './step-metadata.ts'

/**
 * ListPipelineExecutionSteps: steps that have begun, newest first unless asked otherwise.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutionSteps.html
 */
export const listPipelineExecutionSteps = operation<
  Checked<ListPipelineExecutionStepsRequest>,
  ListPipelineExecutionStepsResponse
>({
  permissions: ({ PipelineExecutionArn }) => [
    { action: 'sagemaker:ListPipelineExecutionSteps', resource: PipelineExecutionArn ?? '*' },
  ],
  handle: (input, { engine }) => {
    if (input.PipelineExecutionArn === undefined) throw validationError('PipelineExecutionArn is required')
    const execution = getExecution(engine, input.PipelineExecutionArn)
    const graph = stepGraph(parseDefinition(executionDefinitions(engine).get(executionKey(execution.arn)) ?? ''))
    const { page, NextToken } = listPage(
      Object.values(execution.steps),
      ({ name, startedAt }) => ({ name, createdAt: startedAt, modifiedAt: startedAt }),
      { NextToken: input.NextToken, MaxResults: input.MaxResults, SortOrder: input.SortOrder },
    )
    return {
      NextToken,
      PipelineExecutionSteps: page.map((step) => ({
        StepName: step.name,
        StepDisplayName: graph.get(step.name)?.step.DisplayName,
        StepDescription: graph.get(step.name)?.step.Description,
        StartTime: step.startedAt,
        EndTime: step.endedAt,
        StepStatus: step.status,
        AttemptCount: step.attempts,
        FailureReason: step.failureReason,
        ...(step.cacheHitFrom === undefined
          ? {}
          : { CacheHitResult: { SourcePipelineExecutionArn: step.cacheHitFrom } }),
        ...(step.reusedFrom === undefined
          ? {}
          : { SelectiveExecutionResult: { SourcePipelineExecutionArn: step.reusedFrom } }),
        Metadata: stepMetadata(engine, step),
      })),
    }
  },
})
