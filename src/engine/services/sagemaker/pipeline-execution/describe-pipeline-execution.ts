import type { DescribePipelineExecutionRequest, DescribePipelineExecutionResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { userContext } from './caller.ts'
import { getExecution } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineExecution.html */
export const describePipelineExecution = operation<
  Checked<DescribePipelineExecutionRequest>,
  DescribePipelineExecutionResponse
>({
  permissions: ({ PipelineExecutionArn }) => [
    { action: 'sagemaker:DescribePipelineExecution', resource: PipelineExecutionArn },
  ],
  handle: ({ PipelineExecutionArn }, { engine }) => {
    const execution = getExecution(engine, PipelineExecutionArn)
    return {
      PipelineArn: execution.pipelineArn,
      PipelineExecutionArn: execution.arn,
      PipelineExecutionDisplayName: execution.displayName,
      PipelineExecutionDescription: execution.description,
      PipelineExecutionStatus: execution.status,
      FailureReason: execution.failureReason,
      CreationTime: execution.createdAt,
      LastModifiedTime: execution.modifiedAt,
      CreatedBy: userContext(execution.createdBy),
      ParallelismConfiguration: execution.parallelism,
      ...(execution.selection && {
        SelectiveExecutionConfig: {
          SourcePipelineExecutionArn: execution.selection.sourceArn,
          SelectedSteps: execution.selection.steps.map((StepName) => ({ StepName })),
        },
      }),
    }
  },
})
