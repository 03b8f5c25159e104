import type { ListPipelineExecutionsRequest, ListPipelineExecutionsResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onResource } from '../permissions.ts'
import { getPipeline } from '../pipeline/record.ts'
import { executions } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutions.html */
export const listPipelineExecutions = operation<Checked<ListPipelineExecutionsRequest>, ListPipelineExecutionsResponse>(
  {
    permissions: (input, call) => [
      onResource(call, 'ListPipelineExecutions', 'pipeline', nameFromArn('pipeline', input.PipelineName)),
    ],
    handle: (input, { engine }) => {
      const rows = executions(engine)
        .list(`${getPipeline(engine, input.PipelineName).name}/`)
        .map(({ value }) => value)
      const { page, NextToken } = listPage(
        rows,
        ({ arn, createdAt, modifiedAt }) => ({ name: arn, createdAt, modifiedAt }),
        {
          ...input,
          CreationTimeAfter: input.CreatedAfter,
          CreationTimeBefore: input.CreatedBefore,
          SortBy: input.SortBy === 'PipelineExecutionArn' ? 'Name' : input.SortBy,
        },
      )
      return {
        NextToken,
        PipelineExecutionSummaries: page.map((execution) => ({
          PipelineExecutionArn: execution.arn,
          StartTime: execution.createdAt,
          PipelineExecutionStatus: execution.status,
          PipelineExecutionDescription: execution.description,
          PipelineExecutionDisplayName: execution.displayName,
          PipelineExecutionFailureReason: execution.failureReason,
        })),
      }
    },
  },
)
