import type {
  ListPipelineParametersForExecutionRequest,
  ListPipelineParametersForExecutionResponse,
} from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { getExecution } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineParametersForExecution.html */
export const listPipelineParametersForExecution = operation<
  Checked<ListPipelineParametersForExecutionRequest>,
  ListPipelineParametersForExecutionResponse
>({
  permissions: ({ PipelineExecutionArn }) => [
    { action: 'sagemaker:ListPipelineParametersForExecution', resource: PipelineExecutionArn },
  ],
  handle: (input, { engine }) => {
    const execution = getExecution(engine, input.PipelineExecutionArn)
    const at = execution.createdAt
    const rows = Object.entries(execution.parameters).map(([Name, value]) => ({ Name, Value: String(value) }))
    const { page, NextToken } = listPage(rows, ({ Name }) => ({ name: Name, createdAt: at, modifiedAt: at }), {
      NextToken: input.NextToken,
      MaxResults: input.MaxResults ?? 100,
      SortBy: 'Name',
      SortOrder: 'Ascending',
    })
    return { NextToken, PipelineParameters: page }
  },
})
