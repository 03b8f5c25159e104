import type { UpdatePipelineRequest, UpdatePipelineResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource, passRole } from '../permissions.ts'
import { definitionPermissions, definitionText } from './definition-source.ts'
import { parseDefinition } from './parse-definition.ts'
import { getPipeline, pipelines } from './record.ts'

/**
 * UpdatePipeline: what is not given stays. Executions that run keep the definition that they began with.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdatePipeline.html
 * @throws ValidationException listing every problem of the definition
 */
export const updatePipeline = operation<Checked<UpdatePipelineRequest>, UpdatePipelineResponse>({
  permissions: (input, call) => [
    onResource(call, 'UpdatePipeline', 'pipeline', input.PipelineName),
    ...passRole(input.RoleArn),
    ...definitionPermissions(input),
  ],
  handle: async (input, { engine, principal }) => {
    const { name, arn } = getPipeline(engine, input.PipelineName)
    const definition = await definitionText(engine, input)
    if (definition !== undefined) parseDefinition(definition)
    pipelines(engine).update(name, (old) => ({
      ...old,
      displayName: input.PipelineDisplayName ?? old.displayName,
      description: input.PipelineDescription ?? old.description,
      roleArn: input.RoleArn ?? old.roleArn,
      definition: definition ?? old.definition,
      parallelism: input.ParallelismConfiguration ?? old.parallelism,
      modifiedAt: engine.clock.now(),
      modifiedBy: principal.arn,
    }))
    return { PipelineArn: arn }
  },
})
