import type { DescribePipelineRequest, DescribePipelineResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { notImplementedHere } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { userContext } from '../pipeline-execution/caller.ts'
import { getPipeline } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipeline.html */
export const describePipeline = operation<Checked<DescribePipelineRequest>, DescribePipelineResponse>({
  permissions: (input, call) => [
    onResource(call, 'DescribePipeline', 'pipeline', nameFromArn('pipeline', input.PipelineName)),
  ],
  handle: (input, { engine }) => {
    if (input.PipelineVersionId !== undefined) throw notImplementedHere('PipelineVersionId')
    const pipeline = getPipeline(engine, input.PipelineName)
    return {
      PipelineArn: pipeline.arn,
      PipelineName: pipeline.name,
      PipelineDisplayName: pipeline.displayName,
      PipelineDefinition: pipeline.definition,
      PipelineDescription: pipeline.description,
      RoleArn: pipeline.roleArn,
      PipelineStatus: 'Active',
      CreationTime: pipeline.createdAt,
      LastModifiedTime: pipeline.modifiedAt,
      LastRunTime: pipeline.lastRunAt,
      CreatedBy: userContext(pipeline.createdBy),
      LastModifiedBy: userContext(pipeline.modifiedBy),
      ParallelismConfiguration: pipeline.parallelism,
    }
  },
})
