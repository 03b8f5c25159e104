import type { CreatePipelineRequest, CreatePipelineResponse } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { checkName } from '../errors.ts'
import { onResource, passRole } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import { definitionPermissions, definitionText } from './definition-source.ts'
import { parseDefinition } from './parse-definition.ts'
import { pipelineArn, pipelines } from './record.ts'

/**
 * CreatePipeline: the definition is checked as a whole before it is stored.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
 * @throws ValidationException listing every problem of the definition, or when the name is taken
 */
export const createPipeline = operation<Checked<CreatePipelineRequest>, CreatePipelineResponse>({
  permissions: (input, call) => [
    onResource(call, 'CreatePipeline', 'pipeline', input.PipelineName),
    ...passRole(input.RoleArn),
    ...definitionPermissions(input),
  ],
  handle: async (input, { engine, principal }) => {
    const name = input.PipelineName
    checkName('pipelineName', name, 256)
    const definition = await definitionText(engine, input)
    if (definition === undefined)
      throw validationError('PipelineDefinition or PipelineDefinitionS3Location is required')
    parseDefinition(definition)
    const arn = pipelineArn(engine, name)
    const existing = pipelines(engine).get(name)
    if (
      existing &&
      input.ClientRequestToken !== undefined &&
      existing.clientRequestToken === input.ClientRequestToken
    ) {
      return { PipelineArn: existing.arn }
    }
    const now = engine.clock.now()
    engine.store.transaction(() => {
      const isNew = pipelines(engine).insert(name, {
        name,
        arn,
        displayName: input.PipelineDisplayName ?? name,
        description: input.PipelineDescription,
        roleArn: input.RoleArn,
        definition,
        parallelism: input.ParallelismConfiguration,
        clientRequestToken: input.ClientRequestToken,
        createdAt: now,
        modifiedAt: now,
        createdBy: principal.arn,
        modifiedBy: principal.arn,
      })
      if (!isNew) {
        throw validationError(
          `Pipeline names must be unique within an AWS account and region. Pipeline with name (${name}) already exists.`,
        )
      }
      setTags(engine, arn, input.Tags)
    })
    return { PipelineArn: arn }
  },
})
