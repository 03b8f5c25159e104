import { messageOf } from '../../../../core/errors.ts'
import { isObject, parseJson } from '../../../../core/json.ts'
import { validationError } from '../../../wire/aws-error.ts'
import type { PipelineDefinition } from './definition.ts'
import { parseParameter } from './parameters.ts'
import { parseStep } from './parse-step.ts'
import { parseReference } from './reference.ts'
import { findCycle, stepGraph, stepReferences } from './step-graph.ts'
import type { StepGraph } from './step-graph.ts'

/** Largest definition, in bytes. */
const SIZE_LIMIT = 1_048_576

/** @throws ValidationException that lists every problem */
export function parseDefinition(json: string): PipelineDefinition {
  const problems: string[] = []
  const definition = read(json, (problem) => problems.push(problem))
  if (problems.length > 0 || !definition) {
    throw validationError(`Unable to parse pipeline definition: ${problems.join('; ')}`)
  }
  return definition
}

function read(json: string, problem: (text: string) => void): PipelineDefinition | undefined {
  if (Buffer.byteLength(json) > SIZE_LIMIT) {
    problem(`it has ${Buffer.byteLength(json)} bytes; at most ${SIZE_LIMIT} are allowed`)
    return undefined
  }
  let value: unknown
  try {
    value = parseJson(json, 'the definition')
  } catch (error) {
    problem(messageOf(error))
    return undefined
  }
  if (!isObject(value)) {
    problem('it is not a JSON object')
    return undefined
  }
  if (value['Version'] !== '2020-12-01')
    problem(`the Version must be 2020-12-01, not ${JSON.stringify(value['Version'])}`)
  const list = (member: string): unknown[] => {
    const found = value[member] ?? []
    if (!Array.isArray(found)) problem(`${member} must be a list`)
    return Array.isArray(found) ? found : []
  }
  const definition: PipelineDefinition = {
    Version: '2020-12-01',
    Parameters: list('Parameters').flatMap((each) => parseParameter(each, problem) ?? []),
    Steps: list('Steps').flatMap((each) => parseStep(each, problem) ?? []),
  }
  if (list('Steps').length === 0) problem('there are no Steps')
  checkNames(definition, list('Steps'), problem)
  return definition
}

function checkNames(definition: PipelineDefinition, rawSteps: unknown[], problem: (text: string) => void): void {
  const graph = stepGraph(definition)
  // Steps that could not be read exist all the same: what refers to them is no further problem.
  const stepNames = allNames(rawSteps)
  const parameterNames = definition.Parameters.map(({ Name }) => Name)
  for (const name of repeated(parameterNames)) problem(`there are several parameters "${name}"`)
  for (const name of repeated(stepNames)) problem(`there are several steps "${name}"`)
  for (const [name, { step }] of graph) {
    for (const before of step.DependsOn) {
      if (!stepNames.includes(before)) problem(`step "${name}": DependsOn names "${before}", which does not exist`)
    }
    for (const text of stepReferences(step)) {
      const wrong = referenceProblem(text, graph, stepNames, parameterNames)
      if (wrong !== undefined) problem(`step "${name}": {"Get": "${text}"} ${wrong}`)
    }
  }
  const cycle = findCycle(graph)
  if (cycle) problem(`the steps form a cycle: ${cycle.join(' -> ')}`)
}

function referenceProblem(
  text: string,
  graph: StepGraph,
  stepNames: readonly string[],
  parameterNames: readonly string[],
): string | undefined {
  const reference = parseReference(text)
  switch (reference?.kind) {
    case undefined:
      return 'is not a reference to Parameters, Execution or Steps'
    case 'execution':
      return undefined
    case 'parameter':
      return parameterNames.includes(reference.name) ? undefined : 'refers to a parameter that does not exist'
    case 'step':
      return stepNames.includes(reference.step) ? undefined : 'refers to a step that does not exist'
    case 'property-file': {
      if (!stepNames.includes(reference.step)) return 'refers to a step that does not exist'
      const files = graph.get(reference.step)?.step.PropertyFiles ?? []
      return files.some(({ PropertyFileName }) => PropertyFileName === reference.name)
        ? undefined
        : 'refers to a property file that the step does not declare'
    }
  }
}

function allNames(steps: readonly unknown[]): string[] {
  return steps.filter(isObject).flatMap((step) => {
    const args = isObject(step['Arguments']) ? step['Arguments'] : {}
    const inner = ['IfSteps', 'ElseSteps'].flatMap((member) => (Array.isArray(args[member]) ? args[member] : []))
    const nested = step['Type'] === 'Condition' ? allNames(inner) : []
    return [...(typeof step['Name'] === 'string' ? [step['Name']] : []), ...nested]
  })
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))]
}
