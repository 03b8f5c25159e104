import type { ListPipelinesRequest, ListPipelinesResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { pipelines } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelines.html */
export const listPipelines = operation<Checked<ListPipelinesRequest>, ListPipelinesResponse>({
  permissions: () => [onAll('ListPipelines')],
  handle: (input, { engine }) => {
    const prefix = input.PipelineNamePrefix ?? ''
    const rows = pipelines(engine)
      .list()
      .map(({ value }) => value)
      .filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()))
    const { page, NextToken } = listPage(rows, (pipeline) => pipeline, {
      ...input,
      CreationTimeAfter: input.CreatedAfter,
      CreationTimeBefore: input.CreatedBefore,
    })
    return {
      NextToken,
      PipelineSummaries: page.map((pipeline) => ({
        PipelineArn: pipeline.arn,
        PipelineName: pipeline.name,
        PipelineDisplayName: pipeline.displayName,
        PipelineDescription: pipeline.description,
        RoleArn: pipeline.roleArn,
        CreationTime: pipeline.createdAt,
        LastModifiedTime: pipeline.modifiedAt,
        LastExecutionTime: pipeline.lastRunAt,
      })),
    }
  },
})
