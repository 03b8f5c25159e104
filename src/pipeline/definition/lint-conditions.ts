import { isObject } from '../../core/json.ts'

const BINARY = ['Equals', 'GreaterThan', 'GreaterThanOrEqualTo', 'LessThan', 'LessThanOrEqualTo']

/** What is wrong with the conditions of a step. */
export function conditionProblems(conditions: unknown, at = 'Conditions'): string[] {
  if (!Array.isArray(conditions) || conditions.length === 0) return [`${at} must be a list of at least one condition`]
  return conditions.flatMap((condition, i) => oneConditionProblems(condition, `${at}[${i}]`))
}

function oneConditionProblems(condition: unknown, at: string): string[] {
  if (!isObject(condition)) return [`${at} is no condition`]
  const type = condition['Type']
  if (typeof type === 'string' && BINARY.includes(type)) {
    return ['LeftValue', 'RightValue'].filter((key) => condition[key] === undefined).map((key) => `${at} has no ${key}`)
  }
  switch (type) {
    case 'In':
      return condition['QueryValue'] === undefined || !Array.isArray(condition['Values'])
        ? [`${at} needs QueryValue and Values`]
        : []
    case 'Not':
      return oneConditionProblems(condition['Condition'], `${at}.Condition`)
    case 'Or':
      return conditionProblems(condition['Conditions'], `${at}.Conditions`)
    default:
      return [`${at}: type ${JSON.stringify(type)} is not one of ${[...BINARY, 'In', 'Not', 'Or'].join(', ')}`]
  }
}
