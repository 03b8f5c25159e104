import type { Json } from '../../core/json.ts'
import { EXPRESSION, isReference, type Scalar, type Value } from './reference.ts'

/** A condition in its definition form. Several conditions of one step must all hold. */
export type Condition = { readonly Type: string; readonly [key: string]: Json }

const lower = (value: Value<Scalar>): Json => (isReference(value) ? (value[EXPRESSION] as Json) : value)

function binary(type: string) {
  return <T extends Scalar>(left: Value<T>, right: Value<T>): Condition => ({
    Type: type,
    LeftValue: lower(left),
    RightValue: lower(right),
  })
}

export const equals = binary('Equals')
export const greaterThan = binary('GreaterThan')
export const greaterThanOrEqualTo = binary('GreaterThanOrEqualTo')
export const lessThan = binary('LessThan')
export const lessThanOrEqualTo = binary('LessThanOrEqualTo')

export function isIn<T extends Scalar>(value: Value<T>, values: readonly Value<T>[]): Condition {
  return { Type: 'In', QueryValue: lower(value), Values: values.map(lower) }
}

export function not(condition: Condition): Condition {
  return { Type: 'Not', Condition: condition }
}

export function or(...conditions: readonly Condition[]): Condition {
  return { Type: 'Or', Conditions: [...conditions] }
}
