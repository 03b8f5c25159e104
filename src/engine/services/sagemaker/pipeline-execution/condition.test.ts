import { expect, test } from 'vitest'
import type { Condition } from '../pipeline/definition.ts'
import { holds } from './condition.ts'
import { evaluate } from './evaluate.ts'
import type { Surroundings } from './evaluate.ts'

/** Values that need nothing of an engine. */
const around = {
  parameters: { Number: 2, Text: 'abc', Flag: true },
  variable: (name: string) => (name === 'PipelineName' ? 'p' : undefined),
  described: () => ({ Jobs: [{ JobName: 'a', Size: 5 }], When: new Date(0) }),
} as unknown as Surroundings

const compare = (Type: string, LeftValue: unknown, RightValue: unknown) =>
  ({ Type, LeftValue, RightValue }) as Condition

test.each<[Condition, boolean]>([
  [compare('Equals', 1, 1), true],
  [compare('Equals', '0.50', 0.5), true],
  [compare('Equals', 'true', true), true],
  [compare('NotEquals', 'a', 'b'), true],
  [compare('GreaterThan', 2, 2), false],
  [compare('GreaterThanOrEqualTo', 2, 2), true],
  [compare('LessThan', '10', 9), false],
  [compare('LessThan', '10', '9'), true],
  [compare('LessThanOrEqualTo', { Get: 'Parameters.Number' }, 2), true],
  [{ Type: 'In', QueryValue: { Get: 'Parameters.Text' }, Values: ['x', 'abc'] }, true],
  [{ Type: 'NotIn', QueryValue: 'x', Values: ['x'] }, false],
  [{ Type: 'Not', Condition: compare('Equals', 1, 1) }, false],
  [{ Type: 'Or', Conditions: [compare('Equals', 1, 2), compare('Equals', 1, 1)] }, true],
  [{ Type: 'And', Conditions: [compare('Equals', 1, 2), compare('Equals', 1, 1)] }, false],
])('%j is %s', async (condition, result) => {
  expect(await holds(condition, around)).toBe(result)
})

test('what cannot be ordered is said', async () => {
  await expect(holds(compare('LessThan', 'abc', 1), around)).rejects.toThrow('LessThan cannot order "abc" and 1')
})

test('references and functions are replaced wherever they stand', async () => {
  const expression = {
    list: [{ Get: 'Parameters.Number' }, 'plain'],
    joined: { 'Std:Join': { On: '/', Values: ['s3:/', { Get: 'Execution.PipelineName' }, 1, true] } },
    inner: { size: { Get: "Steps.S.Jobs['a'].Size" }, when: { Get: 'Steps.S.When' } },
  }
  expect(await evaluate(expression, around)).toEqual({
    list: [2, 'plain'],
    joined: 's3://p/1/true',
    inner: { size: 5, when: '1970-01-01T00:00:00.000Z' },
  })
})

test('a reference without a value is named', async () => {
  await expect(evaluate({ Get: 'Steps.S.Nothing.Here' }, around)).rejects.toThrow(
    'ClientError: {"Get": "Steps.S.Nothing.Here"} has no value',
  )
})
