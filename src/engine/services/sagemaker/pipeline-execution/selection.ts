import type { SelectiveExecutionConfig } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import type { Checked } from '../checked.ts'
import type { StepGraph, StepNode } from '../pipeline/step-graph.ts'
import { executions, getExecution } from './record.ts'
import type { ExecutionRecord, StepRecord } from './record.ts'

/** A part of a pipeline to be run, on the results of an earlier execution. */
export interface Selection {
  readonly source: ExecutionRecord
  readonly steps: readonly string[]
  /** Records of the steps that are not run again and have succeeded in the source. */
  readonly reused: Readonly<Record<string, StepRecord>>
}

/**
 * What a selective execution runs and what it takes over. The source is the newest execution unless one is named.
 *
 * @throws ValidationException for an unknown step, or a selected step that needs one which did not succeed in the source
 */
export function selectSteps(
  engine: Engine,
  pipelineName: string,
  graph: StepGraph,
  config: Checked<SelectiveExecutionConfig>,
): Selection {
  const source = sourceOf(engine, pipelineName, config.SourcePipelineExecutionArn)
  const steps = config.SelectedSteps.map(({ StepName }) => StepName)
  const unknown = steps.filter((name) => !graph.has(name))
  if (unknown.length > 0)
    throw validationError(`SelectedSteps names ${unknown.join(', ')}, which the pipeline does not have`)
  const reused = Object.values(source.steps)
    .filter(({ name, status }) => status === 'Succeeded' && graph.has(name) && !steps.includes(name))
    .map((record): [string, StepRecord] => [record.name, { ...record, reusedFrom: record.reusedFrom ?? source.arn }])
  const selection = { source, steps, reused: Object.fromEntries(reused) }
  for (const name of steps) checkNeeds(selection, name, graph.get(name) as StepNode)
  return selection
}

function checkNeeds({ source, steps, reused }: Selection, name: string, node: StepNode): void {
  const missing = [...node.needs].filter((before) => !steps.includes(before) && !reused[before])
  if (missing.length > 0) {
    throw validationError(
      `step "${name}" needs ${missing.join(', ')}, which did not succeed in ${source.arn}; select it too`,
    )
  }
  if (!node.branch || steps.includes(node.branch.condition)) return
  if (reused[node.branch.condition]?.outcome !== node.branch.outcome) {
    throw validationError(
      `step "${name}" lies in a branch of "${node.branch.condition}" that ${source.arn} did not take; select the condition too`,
    )
  }
}

function sourceOf(engine: Engine, pipelineName: string, arn: string | undefined): ExecutionRecord {
  const newest = executions(engine)
    .list(`${pipelineName}/`)
    .map(({ value }) => value)
    .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0]
  const source = arn === undefined ? newest : getExecution(engine, arn)
  if (!source) throw validationError(`pipeline ${pipelineName} has no execution to take results from`)
  if (source.pipelineName !== pipelineName)
    throw validationError(`${source.arn} is no execution of pipeline ${pipelineName}`)
  if (source.status === 'Executing' || source.status === 'Stopping') {
    throw validationError(`${source.arn} is ${source.status}; a selective execution needs one that has ended`)
  }
  return source
}
