import type { StartPipelineExecutionRequest, StartPipelineExecutionResponse } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { conflict, notImplementedHere } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { parameterValues } from '../pipeline/parameters.ts'
import { parseDefinition } from '../pipeline/parse-definition.ts'
import { stepGraph } from '../pipeline/step-graph.ts'
import { getPipeline, pipelines } from '../pipeline/record.ts'
import type { Workers } from '../workers.ts'
import { startExecution } from './execute.ts'
import { publishExecutionState } from './machine.ts'
import { executionDefinitions, executionKey, executions } from './record.ts'
import type { ExecutionRecord } from './record.ts'
import { selectSteps } from './selection.ts'

/**
 * StartPipelineExecution: records the execution with the definition of this moment; `execute.ts` does the rest. The
 * same ClientRequestToken gives the same execution.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
 * @throws ValidationException listing every wrong parameter
 */
export const startPipelineExecution = (workers: Workers) =>
  operation<Checked<StartPipelineExecutionRequest>, StartPipelineExecutionResponse>({
    permissions: (input, call) => [
      onResource(call, 'StartPipelineExecution', 'pipeline', nameFromArn('pipeline', input.PipelineName)),
    ],
    handle: (input, { engine, principal }) => {
      if (input.PipelineVersionId !== undefined) throw notImplementedHere('PipelineVersionId')
      const pipeline = getPipeline(engine, input.PipelineName)
      const given = (input.PipelineParameters ?? []).map(({ Name, Value }) => ({ Name, Value }))
      const token = input.ClientRequestToken
      const earlier = token === undefined ? undefined : byToken(workers, pipeline.name, token)
      if (earlier) {
        if (JSON.stringify(earlier.givenParameters) !== JSON.stringify(given)) {
          throw conflict(`ClientRequestToken ${token} was used with other parameters`)
        }
        return { PipelineExecutionArn: earlier.arn }
      }
      const problems: string[] = []
      const definition = parseDefinition(pipeline.definition)
      const selection =
        input.SelectiveExecutionConfig &&
        selectSteps(engine, pipeline.name, stepGraph(definition), input.SelectiveExecutionConfig)
      // A selective execution goes on with the values of its source.
      const inherited = definition.Parameters.map((parameter) => ({
        ...parameter,
        DefaultValue: selection?.source.parameters[parameter.Name] ?? parameter.DefaultValue,
      }))
      const parameters = parameterValues(inherited, given, (problem) => problems.push(problem))
      if (problems.length > 0) throw validationError(problems.join('; '))
      const now = engine.clock.now()
      const id = engine.ids.short(12)
      const execution: ExecutionRecord = {
        id,
        arn: `${pipeline.arn}/execution/${id}`,
        pipelineName: pipeline.name,
        pipelineArn: pipeline.arn,
        roleArn: pipeline.roleArn,
        status: 'Executing',
        displayName: input.PipelineExecutionDisplayName ?? `execution-${now.getTime()}`,
        description: input.PipelineExecutionDescription,
        parameters,
        givenParameters: given,
        parallelism: input.ParallelismConfiguration ?? pipeline.parallelism,
        clientRequestToken: token,
        createdAt: now,
        modifiedAt: now,
        ...(selection && { selection: { sourceArn: selection.source.arn, steps: selection.steps } }),
        createdBy: principal.arn,
        steps: selection?.reused ?? {},
      }
      engine.store.transaction(() => {
        executionDefinitions(engine).put(executionKey(execution.arn), pipeline.definition)
        executions(engine).put(executionKey(execution.arn), execution)
        pipelines(engine).update(pipeline.name, (old) => ({ ...old, lastRunAt: now }))
        publishExecutionState(workers, execution, undefined)
      })
      startExecution(workers, execution)
      return { PipelineExecutionArn: execution.arn }
    },
  })

function byToken({ engine }: Workers, pipelineName: string, token: string): ExecutionRecord | undefined {
  return executions(engine)
    .list(`${pipelineName}/`)
    .find(({ value }) => value.clientRequestToken === token)?.value
}
