import { isObject } from '../../../../core/json.ts'
import { RETRYABLE } from './definition.ts'
import type { Condition, Expression, PropertyFile, RetryPolicy, Step, StepType } from './definition.ts'
import { durationMs } from './duration.ts'
import { parseCondition } from './parse-condition.ts'

/** What each implemented type allows. */
const TYPES: Readonly<Record<StepType, { caching: boolean; retry: boolean }>> = {
  Processing: { caching: true, retry: true },
  Training: { caching: true, retry: true },
  Tuning: { caching: true, retry: true },
  Model: { caching: false, retry: true },
  RegisterModel: { caching: false, retry: true },
  Condition: { caching: false, retry: false },
  Fail: { caching: false, retry: false },
  EndpointConfig: { caching: false, retry: false },
  Endpoint: { caching: false, retry: false },
}

export type Problem = (text: string) => void

/** Reads one step, branches included. @returns undefined when it is too broken to go on with */
export function parseStep(value: unknown, report: Problem): Step | undefined {
  if (!isObject(value) || typeof value['Name'] !== 'string' || typeof value['Type'] !== 'string') {
    report('a step must be an object with a Name and a Type')
    return undefined
  }
  const { Name: name, Type: type } = value
  const problem = (text: string): void => report(`step "${name}": ${text}`)
  if (!/^[A-Za-z0-9\-_]{1,64}$/.test(name)) problem('the name must be 1 to 64 letters, digits, hyphens and underscores')
  if (!Object.hasOwn(TYPES, type)) {
    problem(`the type ${type} is not implemented by this engine; implemented are ${Object.keys(TYPES).join(', ')}`)
    return undefined
  }
  const rules = TYPES[type as StepType]
  const args = value['Arguments'] ?? {}
  if (!isObject(args)) problem('Arguments must be an object')
  const step: Step = {
    Name: name,
    Type: type as StepType,
    DisplayName: text(value['DisplayName']),
    Description: text(value['Description']),
    DependsOn: texts(value['DependsOn'], () => problem('DependsOn must be a list of step names')),
    Arguments: type === 'Condition' || !isObject(args) ? {} : (args as { [name: string]: Expression }),
    CacheConfig: parseCache(value['CacheConfig'], rules.caching, problem),
    RetryPolicies: parseRetries(value['RetryPolicies'], rules.retry, problem),
    PropertyFiles: parsePropertyFiles(value['PropertyFiles'], type, args, problem),
    ...(type === 'Condition' && isObject(args) ? { Branches: parseBranches(args, problem, report) } : {}),
  }
  if (type === 'Fail' && step.Arguments['ErrorMessage'] === undefined) problem('Fail needs Arguments.ErrorMessage')
  return step
}

function parseBranches(args: Record<string, unknown>, problem: Problem, report: Problem): Step['Branches'] {
  const list = (member: string): unknown[] => {
    const found = args[member] ?? []
    if (!Array.isArray(found)) problem(`${member} must be a list`)
    return Array.isArray(found) ? found : []
  }
  const conditions = list('Conditions')
  if (conditions.length === 0) problem('a Condition step needs Conditions')
  return {
    conditions: conditions.flatMap((each): Condition[] => {
      const condition = parseCondition(each, problem)
      return condition ? [condition] : []
    }),
    if: list('IfSteps').flatMap((each) => parseStep(each, report) ?? []),
    else: list('ElseSteps').flatMap((each) => parseStep(each, report) ?? []),
  }
}

function parseCache(value: unknown, allowed: boolean, problem: Problem): Step['CacheConfig'] {
  if (value === undefined) return undefined
  if (!isObject(value) || typeof value['Enabled'] !== 'boolean') {
    problem('CacheConfig must be an object with Enabled true or false')
    return undefined
  }
  const expireAfter = value['ExpireAfter']
  if (!allowed && value['Enabled']) problem('this type of step has no caching')
  if (expireAfter !== undefined && (typeof expireAfter !== 'string' || durationMs(expireAfter) === undefined)) {
    problem(`CacheConfig.ExpireAfter ${JSON.stringify(expireAfter)} is not an ISO 8601 duration such as P30D or PT1H`)
  }
  return { Enabled: value['Enabled'], ...(typeof expireAfter === 'string' ? { ExpireAfter: expireAfter } : {}) }
}

function parseRetries(value: unknown, allowed: boolean, problem: Problem): RetryPolicy[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || !value.every(isObject)) {
    problem('RetryPolicies must be a list of objects')
    return []
  }
  if (!allowed && value.length > 0) problem('this type of step has no retry policies')
  return value.map((policy) => {
    const types = texts(policy['ExceptionType'], () => problem('ExceptionType must be a list of names'))
    const unknown = types.filter((type) => !(RETRYABLE as readonly string[]).includes(type))
    if (unknown.length > 0) problem(`unknown ExceptionType ${unknown.join(', ')}; known are ${RETRYABLE.join(', ')}`)
    const number = (member: string, low: number, high: number): number | undefined => {
      const found = policy[member]
      if (found === undefined || found === null) return undefined
      if (typeof found === 'number' && found >= low && found <= high) return found
      problem(`${member} must be a number from ${low} to ${high}`)
      return undefined
    }
    const MaxAttempts = number('MaxAttempts', 1, 20)
    const ExpireAfterMin = number('ExpireAfterMin', 0, 14_400)
    if ((MaxAttempts === undefined) === (ExpireAfterMin === undefined)) {
      problem('a retry policy needs either MaxAttempts or ExpireAfterMin')
    }
    return {
      ExceptionType: types,
      IntervalSeconds: number('IntervalSeconds', 0, 43_200) ?? 1,
      BackoffRate: number('BackoffRate', 1, 100) ?? 2,
      ...(MaxAttempts === undefined ? {} : { MaxAttempts }),
      ...(ExpireAfterMin === undefined ? {} : { ExpireAfterMin }),
    }
  })
}

function parsePropertyFiles(value: unknown, type: string, args: unknown, problem: Problem): PropertyFile[] {
  if (value === undefined) return []
  if (type !== 'Processing') problem('only Processing steps have PropertyFiles')
  const files = Array.isArray(value) ? value : []
  if (!Array.isArray(value)) problem('PropertyFiles must be a list')
  return files.flatMap((file: unknown) => {
    const { PropertyFileName, OutputName, FilePath } = isObject(file) ? file : {}
    if (typeof PropertyFileName !== 'string' || typeof OutputName !== 'string' || typeof FilePath !== 'string') {
      problem('a property file needs PropertyFileName, OutputName and FilePath')
      return []
    }
    if (!outputNames(args).includes(OutputName)) {
      problem(`the property file "${PropertyFileName}" names output "${OutputName}", which the step does not have`)
    }
    return [{ PropertyFileName, OutputName, FilePath }]
  })
}

function outputNames(args: unknown): unknown[] {
  const config = isObject(args) ? args['ProcessingOutputConfig'] : undefined
  const outputs = isObject(config) ? config['Outputs'] : undefined
  return Array.isArray(outputs)
    ? outputs.map((output: unknown) => (isObject(output) ? output['OutputName'] : undefined))
    : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function texts(value: unknown, onProblem: () => void): string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  onProblem()
  return []
}
