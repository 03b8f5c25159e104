import { isIPv4, isIPv6, BlockList } from 'node:net'
import { compilePattern, matchesPattern } from './pattern.ts'

/** Values of the request's condition keys, keys in lower case. */
export type ConditionContext = ReadonlyMap<string, readonly string[]>

type Variable = ((name: string) => string | undefined) | undefined
/** Does one value of the request satisfy one value of the policy? */
type Comparison = (actual: string, expected: string, variable: Variable) => boolean

const text = (expected: string, variable: Variable): string | undefined => {
  if (variable === undefined || !expected.includes('${')) return expected
  // Equality has no wildcards; only variables are replaced.
  let isResolved = true
  const resolved = expected.replace(
    /\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}/g,
    (_all, name: string, fallback?: string) => {
      if (name === '*' || name === '?' || name === '$') return name
      const value = variable(name) ?? fallback
      if (value === undefined) isResolved = false
      return value ?? ''
    },
  )
  return isResolved ? resolved : undefined
}

const stringEquals: Comparison = (actual, expected, variable) => actual === text(expected, variable)
const stringEqualsIgnoreCase: Comparison = (actual, expected, variable) =>
  actual.toLowerCase() === text(expected, variable)?.toLowerCase()
const stringLike: Comparison = (actual, expected, variable) => {
  const pattern = compilePattern(expected, variable)
  return pattern !== undefined && matchesPattern(pattern, actual)
}
/** ARNs match part by part, so that a wildcard never crosses one of the first five colons. */
const arnLike: Comparison = (actual, expected, variable) => {
  const [actualParts, expectedParts] = [arnParts(actual), arnParts(expected)]
  return (
    actualParts !== undefined &&
    expectedParts !== undefined &&
    expectedParts.every((part, i) => stringLike(actualParts[i] ?? '', part, variable))
  )
}
const bool: Comparison = (actual, expected) => actual.toLowerCase() === expected.toLowerCase()
const binary: Comparison = (actual, expected) => actual === expected
const ipAddress: Comparison = (actual, expected) => isInNetwork(actual, expected)
const numeric =
  (compare: (a: number, b: number) => boolean): Comparison =>
  (actual, expected) =>
    actual.trim() !== '' && expected.trim() !== '' && compare(Number(actual), Number(expected))
const date =
  (compare: (a: number, b: number) => boolean): Comparison =>
  (actual, expected) =>
    compare(epochMs(actual), epochMs(expected))

interface Operator {
  readonly compare: Comparison
  /** Negated operators hold when no value matches, and when the key is absent. */
  readonly isNegated: boolean
}

const is = (compare: Comparison): Operator => ({ compare, isNegated: false })
const not = (compare: Comparison): Operator => ({ compare, isNegated: true })

/** @source docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: is(stringEquals),
  StringNotEquals: not(stringEquals),
  StringEqualsIgnoreCase: is(stringEqualsIgnoreCase),
  StringNotEqualsIgnoreCase: not(stringEqualsIgnoreCase),
  StringLike: is(stringLike),
  StringNotLike: not(stringLike),
  NumericEquals: is(numeric((a, b) => a === b)),
  NumericNotEquals: not(numeric((a, b) => a === b)),
  NumericLessThan: is(numeric((a, b) => a < b)),
  NumericLessThanEquals: is(numeric((a, b) => a <= b)),
  NumericGreaterThan: is(numeric((a, b) => a > b)),
  NumericGreaterThanEquals: is(numeric((a, b) => a >= b)),
  DateEquals: is(date((a, b) => a === b)),
  DateNotEquals: not(date((a, b) => a === b)),
  DateLessThan: is(date((a, b) => a < b)),
  DateLessThanEquals: is(date((a, b) => a <= b)),
  DateGreaterThan: is(date((a, b) => a > b)),
  DateGreaterThanEquals: is(date((a, b) => a >= b)),
  Bool: is(bool),
  BinaryEquals: is(binary),
  IpAddress: is(ipAddress),
  NotIpAddress: not(ipAddress),
  ArnEquals: is(arnLike),
  ArnLike: is(arnLike),
  ArnNotEquals: not(arnLike),
  ArnNotLike: not(arnLike),
}

const SET_PREFIX = /^(ForAllValues|ForAnyValue):/

export function isConditionOperator(name: string): boolean {
  const bare = name.replace(SET_PREFIX, '')
  return bare === 'Null' || Object.hasOwn(OPERATORS, bare.replace(/IfExists$/, ''))
}

/** Whether one condition (operator, key, values) holds for the request. */
export function conditionHolds(
  operatorName: string,
  key: string,
  expected: readonly string[],
  context: ConditionContext,
  variable: Variable,
): boolean {
  const actual = context.get(key)
  const set = SET_PREFIX.exec(operatorName)?.[1]
  const bare = operatorName.replace(SET_PREFIX, '')
  if (bare === 'Null') {
    const isAbsent = actual === undefined || actual.length === 0
    return expected.some((value) => (value.toLowerCase() === 'true') === isAbsent)
  }
  const ifExists = bare.endsWith('IfExists')
  const operator = OPERATORS[bare.replace(/IfExists$/, '')]
  if (operator === undefined) return false
  if (actual === undefined || actual.length === 0) {
    return set === 'ForAllValues' || ifExists || (operator.isNegated && set === undefined)
  }
  const matchesSome = (value: string) => expected.some((wanted) => operator.compare(value, wanted, variable))
  const holds = (value: string) => matchesSome(value) !== operator.isNegated
  if (set === 'ForAllValues') return actual.every(holds)
  if (set === 'ForAnyValue') return actual.some(holds)
  return operator.isNegated ? actual.every(holds) : actual.some(holds)
}

function arnParts(text: string): string[] | undefined {
  const parts = text.split(':')
  if (text === '*') return ['*', '*', '*', '*', '*', '*']
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')]
}

function epochMs(value: string): number {
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value)
}

function isInNetwork(address: string, network: string): boolean {
  const [base, prefix] = network.split('/') as [string, string | undefined]
  const family = isIPv4(base) ? 'ipv4' : isIPv6(base) ? 'ipv6' : undefined
  const actualFamily = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  if (family === undefined || family !== actualFamily) return false
  const bits = prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix)
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 'ipv4' ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(base, bits, family)
  return list.check(address, family)
}
