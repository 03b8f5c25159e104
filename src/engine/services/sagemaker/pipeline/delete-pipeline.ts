import type { DeletePipelineRequest, DeletePipelineResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { conflict } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { forgetResults } from '../pipeline-execution/cache.ts'
import { executionDefinitions, executions } from '../pipeline-execution/record.ts'
import { dropTags } from '../tags/tag-store.ts'
import { getPipeline, pipelines } from './record.ts'

/**
 * DeletePipeline: its executions and cached results go with it; what they made stays.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeletePipeline.html
 * @throws ConflictException while an execution runs
 */
export const deletePipeline = operation<Checked<DeletePipelineRequest>, DeletePipelineResponse>({
  permissions: (input, call) => [onResource(call, 'DeletePipeline', 'pipeline', input.PipelineName)],
  handle: (input, { engine }) => {
    const { name, arn } = getPipeline(engine, input.PipelineName)
    const runs = executions(engine).list(`${name}/`)
    const busy = runs.find(({ value }) => value.status === 'Executing' || value.status === 'Stopping')
    if (busy) throw conflict(`Pipeline ${arn} has a running execution ${busy.value.arn}`)
    engine.store.transaction(() => {
      for (const { id } of runs) {
        executions(engine).delete(id)
        executionDefinitions(engine).delete(id)
      }
      forgetResults(engine, name)
      dropTags(engine, arn)
      pipelines(engine).delete(name)
    })
    return { PipelineArn: arn }
  },
})
