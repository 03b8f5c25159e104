import type {
  DescribePipelineDefinitionForExecutionRequest,
  DescribePipelineDefinitionForExecutionResponse,
} from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { executionDefinitions, executionKey, getExecution } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineDefinitionForExecution.html */
export const describePipelineDefinitionForExecution = operation<
  Checked<DescribePipelineDefinitionForExecutionRequest>,
  DescribePipelineDefinitionForExecutionResponse
>({
  permissions: ({ PipelineExecutionArn }) => [
    { action: 'sagemaker:DescribePipelineDefinitionForExecution', resource: PipelineExecutionArn },
  ],
  handle: ({ PipelineExecutionArn }, { engine }) => {
    const execution = getExecution(engine, PipelineExecutionArn)
    return {
      PipelineDefinition: executionDefinitions(engine).get(executionKey(execution.arn)),
      CreationTime: execution.createdAt,
    }
  },
})
