import type { UpdatePipelineExecutionRequest, UpdatePipelineExecutionResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { executionKey, executions, getExecution } from './record.ts'

/**
 * UpdatePipelineExecution: the name and description shown; parallelism holds from the next restart of the execution.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdatePipelineExecution.html
 */
export const updatePipelineExecution = operation<
  Checked<UpdatePipelineExecutionRequest>,
  UpdatePipelineExecutionResponse
>({
  permissions: ({ PipelineExecutionArn }) => [
    { action: 'sagemaker:UpdatePipelineExecution', resource: PipelineExecutionArn },
  ],
  handle: (input, { engine }) => {
    const execution = getExecution(engine, input.PipelineExecutionArn)
    executions(engine).update(executionKey(execution.arn), (old) => ({
      ...old,
      displayName: input.PipelineExecutionDisplayName ?? old.displayName,
      description: input.PipelineExecutionDescription ?? old.description,
      parallelism: input.ParallelismConfiguration ?? old.parallelism,
      modifiedAt: engine.clock.now(),
    }))
    return { PipelineExecutionArn: execution.arn }
  },
})
