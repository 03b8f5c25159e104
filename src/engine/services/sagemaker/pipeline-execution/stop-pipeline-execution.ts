import type { StopPipelineExecutionRequest, StopPipelineExecutionResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { conflict } from '../errors.ts'
import type { Workers } from '../workers.ts'
import { moveExecution } from './machine.ts'
import { getExecution } from './record.ts'

/**
 * StopPipelineExecution: running jobs are stopped, and steps that have not begun do not begin.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html
 * @throws ConflictException when the execution has ended already
 */
export const stopPipelineExecution = (workers: Workers) =>
  operation<Checked<StopPipelineExecutionRequest>, StopPipelineExecutionResponse>({
    permissions: ({ PipelineExecutionArn }) => [
      { action: 'sagemaker:StopPipelineExecution', resource: PipelineExecutionArn },
    ],
    handle: ({ PipelineExecutionArn }, { engine }) => {
      const execution = getExecution(engine, PipelineExecutionArn)
      if (execution.status === 'Stopping') return { PipelineExecutionArn }
      if (execution.status !== 'Executing') {
        throw conflict(`Pipeline execution ${PipelineExecutionArn} is ${execution.status} and cannot be stopped.`)
      }
      moveExecution(workers, execution.arn, 'Stopping')
      if (!workers.running.stop(execution.arn)) moveExecution(workers, execution.arn, 'Stopped')
      return { PipelineExecutionArn }
    },
  })
