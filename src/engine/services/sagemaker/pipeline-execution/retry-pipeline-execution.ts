import type { RetryPipelineExecutionRequest, RetryPipelineExecutionResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { conflict } from '../errors.ts'
import type { Workers } from '../workers.ts'
import { startExecution } from './execute.ts'
import { moveExecution } from './machine.ts'
import { getExecution } from './record.ts'

/**
 * RetryPipelineExecution: goes on from the steps that failed or were stopped; those that succeeded are kept.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RetryPipelineExecution.html
 * @throws ConflictException unless the execution is Failed or Stopped
 */
export const retryPipelineExecution = (workers: Workers) =>
  operation<Checked<RetryPipelineExecutionRequest>, RetryPipelineExecutionResponse>({
    permissions: ({ PipelineExecutionArn }) => [
      { action: 'sagemaker:RetryPipelineExecution', resource: PipelineExecutionArn },
    ],
    handle: ({ PipelineExecutionArn, ClientRequestToken }, { engine }) => {
      const execution = getExecution(engine, PipelineExecutionArn)
      if (execution.retryToken === ClientRequestToken) return { PipelineExecutionArn }
      if (execution.status !== 'Failed' && execution.status !== 'Stopped') {
        throw conflict(
          `Pipeline execution ${PipelineExecutionArn} is ${execution.status}; only Failed or Stopped can be retried.`,
        )
      }
      const kept = Object.entries(execution.steps).filter(([, { status }]) => status === 'Succeeded')
      const again = moveExecution(workers, execution.arn, 'Executing', {
        steps: Object.fromEntries(kept),
        failureReason: undefined,
        retryToken: ClientRequestToken,
      })
      startExecution(workers, again)
      return { PipelineExecutionArn }
    },
  })
