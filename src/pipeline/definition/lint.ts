import { isObject } from '../../core/json.ts'
import { RETRY_EXCEPTIONS, STEP_TYPES } from '../steps/step.ts'
import { MAX_DEFINITION_BYTES } from './definition.ts'
import { conditionProblems } from './lint-conditions.ts'
import { findCycle, referencesIn, type FoundReference } from './lint-references.ts'
import { parameterProblems } from './lint-parameters.ts'

/** One step of a definition with the condition that it stands under. */
export interface PlacedStep {
  readonly name: string
  readonly step: Record<string, unknown>
  readonly parent: string | undefined
}

/**
 * Everything that is wrong with a definition, as one sentence each: names, duplicates, unknown references, cycles,
 * conditions, policies, size. Takes any JSON, not only what {@link compilePipeline} writes.
 *
 * @returns empty when the definition is in order
 */
export function lintDefinition(definition: unknown): string[] {
  if (!isObject(definition)) return ['the definition is not a JSON object']
  const problems: string[] = []
  if (definition['Version'] !== '2020-12-01') {
    problems.push(`Version must be "2020-12-01", given ${JSON.stringify(definition['Version'])}`)
  }
  const parameters = new Set<string>()
  problems.push(...parameterProblems(definition['Parameters'] ?? [], parameters))

  const steps: PlacedStep[] = []
  collectSteps(definition['Steps'], undefined, 'Steps', steps, problems)
  if (steps.length === 0) problems.push('a pipeline needs at least one step')
  const byName = new Map<string, PlacedStep>()
  for (const placed of steps) {
    if (byName.has(placed.name)) problems.push(`step name "${placed.name}" is used twice`)
    else byName.set(placed.name, placed)
  }
  const edges = new Map<string, Set<string>>()
  for (const placed of steps) {
    problems.push(...stepProblems(placed))
    edges.set(placed.name, dependenciesOf(placed, byName, parameters, problems))
  }
  const cycle = findCycle(edges)
  if (cycle) problems.push(`steps wait for each other in a circle: ${cycle.join(' -> ')}`)

  const sizeBytes = Buffer.byteLength(JSON.stringify(definition))
  if (sizeBytes > MAX_DEFINITION_BYTES) {
    problems.push(`the definition has ${sizeBytes} bytes; at most ${MAX_DEFINITION_BYTES} are allowed`)
  }
  return problems
}

function collectSteps(
  value: unknown,
  parent: string | undefined,
  at: string,
  found: PlacedStep[],
  problems: string[],
): void {
  if (!Array.isArray(value)) {
    problems.push(`${at} must be a list of steps`)
    return
  }
  for (const [i, step] of value.entries()) {
    if (!isObject(step) || typeof step['Name'] !== 'string') {
      problems.push(`${at}[${i}] is no step: it has no Name`)
      continue
    }
    const name = step['Name']
    found.push({ name, step, parent })
    const inner = step['Arguments']
    if (step['Type'] !== 'Condition' || !isObject(inner)) continue
    collectSteps(inner['IfSteps'] ?? [], name, `${name}.IfSteps`, found, problems)
    collectSteps(inner['ElseSteps'] ?? [], name, `${name}.ElseSteps`, found, problems)
  }
}

const KNOWN_TYPES: readonly unknown[] = STEP_TYPES
/** Types that can take their result from an earlier execution. */
const CACHEABLE: readonly unknown[] = ['Processing', 'Training', 'Tuning']
const RETRYABLE: readonly unknown[] = ['Processing', 'Training', 'Tuning', 'Model', 'RegisterModel']

function stepProblems({ name, step }: PlacedStep): string[] {
  const problems: string[] = []
  const type = step['Type']
  if (!/^[A-Za-z0-9\-_]{1,64}$/.test(name)) {
    problems.push(`step name "${name}" must be 1 to 64 letters, digits, hyphens and underscores`)
  }
  if (!KNOWN_TYPES.includes(type)) {
    problems.push(`step "${name}": type ${JSON.stringify(type)} is not one of ${STEP_TYPES.join(', ')}`)
  }
  if (!isObject(step['Arguments'])) {
    problems.push(`step "${name}" has no Arguments`)
  } else if (type === 'Condition') {
    problems.push(...conditionProblems(step['Arguments']['Conditions']).map((text) => `step "${name}": ${text}`))
  } else if (type === 'Fail' && step['Arguments']['ErrorMessage'] === undefined) {
    problems.push(`step "${name}": a Fail step needs an ErrorMessage`)
  }
  const cache = step['CacheConfig']
  if (cache !== undefined) {
    if (!CACHEABLE.includes(type)) problems.push(`step "${name}": a ${String(type)} step cannot be cached`)
    if (!isObject(cache) || typeof cache['Enabled'] !== 'boolean') {
      problems.push(`step "${name}": CacheConfig needs Enabled`)
    } else if (cache['Enabled'] && !isDuration(cache['ExpireAfter'])) {
      problems.push(`step "${name}": ExpireAfter ${JSON.stringify(cache['ExpireAfter'])} is no ISO 8601 duration`)
    }
  }
  if (step['RetryPolicies'] !== undefined) {
    if (!RETRYABLE.includes(type)) problems.push(`step "${name}": a ${String(type)} step has no retries`)
    problems.push(...retryProblems(step['RetryPolicies']).map((text) => `step "${name}": ${text}`))
  }
  return problems
}

/** `P30D`, `PT1H`, and the spellings of the guide without the `P`: `30d`, `T16m`. */
function isDuration(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^P?(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/i.test(value)
  )
}

function retryProblems(policies: unknown): string[] {
  if (!Array.isArray(policies)) return ['RetryPolicies must be a list']
  return policies.flatMap((policy: unknown, i): string[] => {
    if (!isObject(policy)) return [`RetryPolicies[${i}] is no policy`]
    const problems: string[] = []
    const { ExceptionType: types, MaxAttempts: attempts, ExpireAfterMin: minutes, IntervalSeconds: seconds } = policy
    const known: readonly unknown[] = RETRY_EXCEPTIONS
    if (!Array.isArray(types) || types.length === 0 || !types.every((type) => known.includes(type))) {
      problems.push(`RetryPolicies[${i}]: ExceptionType must list some of ${RETRY_EXCEPTIONS.join(', ')}`)
    }
    if ((attempts === undefined) === (minutes === undefined)) {
      problems.push(`RetryPolicies[${i}]: give MaxAttempts or ExpireAfterMin, one of the two`)
    }
    const within = (value: unknown, low: number, high: number) =>
      value === undefined || (typeof value === 'number' && value >= low && value <= high)
    if (!within(attempts, 1, 20)) problems.push(`RetryPolicies[${i}]: MaxAttempts must be 1 to 20`)
    if (!within(minutes, 1, 14_400)) problems.push(`RetryPolicies[${i}]: ExpireAfterMin must be 1 to 14400`)
    if (!within(seconds, 0, 43_200)) problems.push(`RetryPolicies[${i}]: IntervalSeconds must be 0 to 43200`)
    return problems
  })
}

/** The steps that a step waits for; what it names that does not exist becomes a problem. */
function dependenciesOf(
  placed: PlacedStep,
  byName: ReadonlyMap<string, PlacedStep>,
  parameters: ReadonlySet<string>,
  problems: string[],
): Set<string> {
  const { name, step, parent } = placed
  const waitsFor = new Set<string>(parent === undefined ? [] : [parent])
  const dependsOn = step['DependsOn'] ?? []
  if (!Array.isArray(dependsOn)) problems.push(`step "${name}": DependsOn must be a list`)
  else {
    for (const other of dependsOn as unknown[]) {
      if (typeof other === 'string' && byName.has(other)) waitsFor.add(other)
      else problems.push(`step "${name}" depends on ${JSON.stringify(other)}, which does not exist`)
    }
  }
  const own =
    step['Type'] === 'Condition' && isObject(step['Arguments']) ? step['Arguments']['Conditions'] : step['Arguments']
  for (const reference of referencesIn(own)) {
    const problem = referenceProblem(reference, byName, parameters)
    if (problem !== undefined) problems.push(`step "${name}": ${problem}`)
    if (reference.step !== undefined && byName.has(reference.step)) waitsFor.add(reference.step)
  }
  return waitsFor
}

function referenceProblem(
  reference: FoundReference,
  byName: ReadonlyMap<string, PlacedStep>,
  parameters: ReadonlySet<string>,
): string | undefined {
  if (reference.problem !== undefined) return reference.problem
  if (reference.parameter !== undefined && !parameters.has(reference.parameter)) {
    return `parameter "${reference.parameter}" does not exist`
  }
  if (reference.step === undefined) return undefined
  const target = byName.get(reference.step)?.step
  if (!target) return `refers to step "${reference.step}", which does not exist`
  if (reference.propertyFile === undefined) return undefined
  const files: unknown[] = Array.isArray(target['PropertyFiles']) ? target['PropertyFiles'] : []
  const file = files.filter(isObject).find((one) => one['PropertyFileName'] === reference.propertyFile)
  if (!file) return `step "${reference.step}" has no property file "${reference.propertyFile}"`
  const output = file['OutputName']
  const outputs = outputNames(target)
  return typeof output === 'string' && outputs.includes(output)
    ? undefined
    : `property file "${reference.propertyFile}" lies in output ${JSON.stringify(output)}, which step "${reference.step}" does not have`
}

function outputNames(step: Record<string, unknown>): unknown[] {
  const args = step['Arguments']
  const config = isObject(args) ? args['ProcessingOutputConfig'] : undefined
  const outputs = isObject(config) ? config['Outputs'] : undefined
  return Array.isArray(outputs) ? outputs.filter(isObject).map((output) => output['OutputName']) : []
}
