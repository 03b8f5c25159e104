import { internalError, ProblemsError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { EXPRESSION, isReference } from '../dsl/reference.ts'
import type { Parameter } from '../dsl/parameter.ts'
import type { Pipeline } from '../dsl/pipeline.ts'
import type { ConditionArguments, Step, StepType } from '../steps/step.ts'
import type { ParameterDefinition, PipelineDefinition, StepDefinition } from './definition.ts'
import { lintDefinition } from './lint.ts'

/** A pipeline that was found in order, as the service takes it. */
export interface CompiledPipeline {
  readonly name: string
  readonly definition: PipelineDefinition
  /** The definition as compact JSON, at most 1 MiB. */
  readonly json: string
  readonly displayName: string | undefined
  readonly description: string | undefined
  readonly maxParallelSteps: number | undefined
}

/**
 * Turns a pipeline into its definition. The same pipeline gives the same text, byte for byte.
 *
 * @throws ProblemsError `pipeline.definition` with every problem of the pipeline at once
 */
export function compilePipeline(pipeline: Pipeline): CompiledPipeline {
  const problems: string[] = []
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/.test(pipeline.name)) {
    problems.push(`pipeline name "${pipeline.name}" must be 1 to 256 letters, digits and inner hyphens`)
  }
  const definition: PipelineDefinition = {
    Version: '2020-12-01',
    Metadata: { ...pipeline.metadata },
    Parameters: pipeline.parameters.map(parameterDefinition),
    Steps: pipeline.steps.map((step) => stepDefinition(step, problems)),
  }
  problems.push(...lintDefinition(definition))
  if (problems.length > 0) {
    throw new ProblemsError('pipeline.definition', `pipeline "${pipeline.name}" cannot be compiled`, problems)
  }
  return {
    name: pipeline.name,
    definition,
    json: JSON.stringify(definition),
    displayName: pipeline.displayName,
    description: pipeline.description,
    maxParallelSteps: pipeline.maxParallelSteps,
  }
}

function parameterDefinition(parameter: Parameter): ParameterDefinition {
  return {
    Name: parameter.name,
    Type: parameter.type,
    ...(parameter.defaultValue === undefined ? {} : { DefaultValue: parameter.defaultValue }),
    ...(parameter.enumValues === undefined ? {} : { EnumValues: parameter.enumValues }),
  }
}

type ArgumentsOf = (step: Step, problems: string[]) => Readonly<Record<string, Json>>

const jobArguments: ArgumentsOf = (step, problems) => {
  const lowered = lower(step.arguments, step.name, problems)
  if (typeof lowered !== 'object' || lowered === null || Array.isArray(lowered)) {
    throw internalError(`the arguments of step "${step.name}" are no object`)
  }
  return lowered
}

/** How the arguments of each type of step are written. */
const ARGUMENTS: Readonly<Record<StepType, ArgumentsOf>> = {
  Processing: jobArguments,
  Training: jobArguments,
  Tuning: jobArguments,
  Model: jobArguments,
  RegisterModel: jobArguments,
  EndpointConfig: jobArguments,
  Endpoint: jobArguments,
  Fail: jobArguments,
  Condition: (step, problems) => {
    const { conditions, ifSteps, elseSteps } = step.arguments as ConditionArguments
    const nested = (steps: readonly Step[]) =>
      steps.map((inner) => stepDefinition(inner, problems)) as unknown as Json[]
    return { Conditions: [...conditions], IfSteps: nested(ifSteps), ElseSteps: nested(elseSteps) }
  },
}

function stepDefinition(step: Step, problems: string[]): StepDefinition {
  const dependsOn = step.dependsOn?.map((other) => (typeof other === 'string' ? other : other.name)) ?? []
  return {
    Name: step.name,
    Type: step.type,
    Arguments: ARGUMENTS[step.type](step, problems),
    ...(dependsOn.length === 0 ? {} : { DependsOn: dependsOn }),
    ...(step.displayName === undefined ? {} : { DisplayName: step.displayName }),
    ...(step.description === undefined ? {} : { Description: step.description }),
    ...(step.cache === undefined ? {} : { CacheConfig: { Enabled: true, ExpireAfter: step.cache.expireAfter } }),
    ...(step.retry === undefined
      ? {}
      : {
          RetryPolicies: step.retry.map((policy) => ({
            ExceptionType: policy.exceptions,
            IntervalSeconds: policy.intervalSeconds ?? 1,
            BackoffRate: policy.backoffRate ?? 2,
            ...(policy.maxAttempts === undefined ? {} : { MaxAttempts: policy.maxAttempts }),
            ...(policy.expireAfterMinutes === undefined ? {} : { ExpireAfterMin: policy.expireAfterMinutes }),
          })),
        }),
    ...(step.propertyFiles === undefined
      ? {}
      : {
          PropertyFiles: step.propertyFiles.map((file) => ({
            PropertyFileName: file.name,
            OutputName: file.outputName,
            FilePath: file.path,
          })),
        }),
  }
}

/** References become their expressions, members that are undefined disappear, everything else must be JSON. */
function lower(value: unknown, at: string, problems: string[]): Json {
  if (isReference(value)) return value[EXPRESSION] as Json
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) problems.push(`${at}: ${value} is no JSON number`)
    return value
  }
  if (Array.isArray(value)) return value.map((item, i) => lower(item, `${at}[${i}]`, problems))
  if (
    typeof value === 'object' &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  ) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) =>
        inner === undefined ? [] : [[key, lower(inner, `${at}.${key}`, problems)]],
      ),
    )
  }
  problems.push(`${at}: a ${typeof value} cannot be written into a definition`)
  return null
}
