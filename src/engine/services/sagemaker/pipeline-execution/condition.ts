import { JobFailure } from '../../../runner/job-failure.ts'
import type { Comparison, Condition } from '../pipeline/definition.ts'
import { evaluate } from './evaluate.ts'
import type { Surroundings } from './evaluate.ts'

const ORDER: Readonly<Record<Exclude<Comparison, 'Equals' | 'NotEquals'>, (order: number) => boolean>> = {
  GreaterThan: (order) => order > 0,
  GreaterThanOrEqualTo: (order) => order >= 0,
  LessThan: (order) => order < 0,
  LessThanOrEqualTo: (order) => order <= 0,
}

/** @throws JobFailure when values cannot be ordered, such as a number and a word */
export async function holds(condition: Condition, around: Surroundings): Promise<boolean> {
  switch (condition.Type) {
    case 'Not':
      return !(await holds(condition.Condition, around))
    case 'And':
      return (await Promise.all(condition.Conditions.map((each) => holds(each, around)))).every(Boolean)
    case 'Or':
      return (await Promise.all(condition.Conditions.map((each) => holds(each, around)))).some(Boolean)
    case 'In':
    case 'NotIn': {
      const query = await evaluate(condition.QueryValue, around)
      const values = await Promise.all(condition.Values.map((value) => evaluate(value, around)))
      return values.some((value) => isEqual(query, value)) === (condition.Type === 'In')
    }
    case 'Equals':
    case 'NotEquals':
    case 'GreaterThan':
    case 'GreaterThanOrEqualTo':
    case 'LessThan':
    case 'LessThanOrEqualTo': {
      const left = await evaluate(condition.LeftValue, around)
      const right = await evaluate(condition.RightValue, around)
      if (condition.Type === 'Equals') return isEqual(left, right)
      if (condition.Type === 'NotEquals') return !isEqual(left, right)
      return ORDER[condition.Type](compare(left, right, condition.Type))
    }
  }
}

/** `0.5` and `"0.5"` are equal: a parameter may be text where a property file has a number. */
function isEqual(left: unknown, right: unknown): boolean {
  const numbers = asNumbers(left, right)
  return numbers ? numbers[0] === numbers[1] : String(left) === String(right)
}

function compare(left: unknown, right: unknown, type: string): number {
  const numbers = asNumbers(left, right)
  if (numbers) return numbers[0] - numbers[1]
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  throw new JobFailure('ClientError', `${type} cannot order ${JSON.stringify(left)} and ${JSON.stringify(right)}`)
}

/** Both as numbers when at least one is a number and the other reads as one. */
function asNumbers(left: unknown, right: unknown): [number, number] | undefined {
  if (typeof left !== 'number' && typeof right !== 'number') return undefined
  const both = [left, right].map((value) => {
    if (typeof value === 'number') return value
    return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  })
  const [a, b] = both as [number, number]
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : [a, b]
}
