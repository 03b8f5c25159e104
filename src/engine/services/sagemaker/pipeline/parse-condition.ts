import { isObject } from '../../../../core/json.ts'
import type { Comparison, Condition, Expression } from './definition.ts'

const COMPARISONS: readonly string[] = [
  'Equals',
  'NotEquals',
  'GreaterThan',
  'GreaterThanOrEqualTo',
  'LessThan',
  'LessThanOrEqualTo',
] satisfies Comparison[]

/**
 * Reads one condition in the form that the SDK emits or that the published schema shows (`In` with `Value` and `In`).
 *
 * @param problem told what is wrong
 * @returns undefined when it is no condition
 */
export function parseCondition(value: unknown, problem: (text: string) => void): Condition | undefined {
  if (!isObject(value) || typeof value['Type'] !== 'string') {
    problem('a condition must be an object with a Type')
    return undefined
  }
  const type = value['Type']
  const member = (name: string): Expression => {
    if (value[name] === undefined) problem(`condition ${type} has no ${name}`)
    return (value[name] ?? null) as Expression
  }
  if (COMPARISONS.includes(type)) {
    return { Type: type as Comparison, LeftValue: member('LeftValue'), RightValue: member('RightValue') }
  }
  if (type === 'In' || type === 'NotIn') {
    const values = value['Values'] ?? value['In']
    if (!Array.isArray(values)) problem(`condition ${type} has no list of Values`)
    const query = value['QueryValue'] === undefined && value['Value'] !== undefined ? 'Value' : 'QueryValue'
    return { Type: type, QueryValue: member(query), Values: (Array.isArray(values) ? values : []) as Expression[] }
  }
  if (type === 'Not') {
    const inner = parseCondition(value['Condition'] ?? value['Expression'], problem)
    return inner && { Type: 'Not', Condition: inner }
  }
  if (type === 'Or' || type === 'And') {
    const inner = value['Conditions']
    if (!Array.isArray(inner) || inner.length === 0) problem(`condition ${type} has no list of Conditions`)
    const conditions = Array.isArray(inner) ? inner.flatMap((each) => parseCondition(each, problem) ?? []) : []
    return { Type: type, Conditions: conditions }
  }
  problem(`the condition type "${type}" is not known; known are ${COMPARISONS.join(', ')}, In, NotIn, Not, Or, And`)
  return undefined
}
