import { describe, expect, test } from 'vitest'
import { durationMs } from './duration.ts'
import { parseDefinition } from './parse-definition.ts'
import { followPath, parseReference } from './reference.ts'

const fail = (name: string, more: object = {}) => ({
  Name: name,
  Type: 'Fail',
  Arguments: { ErrorMessage: 'x' },
  ...more,
})
const parse = (steps: unknown[], more: object = {}) =>
  parseDefinition(JSON.stringify({ Version: '2020-12-01', Steps: steps, ...more }))
const processing = (name: string, more: object = {}) => ({
  Name: name,
  Type: 'Processing',
  Arguments: { ProcessingOutputConfig: { Outputs: [{ OutputName: 'out' }] } },
  ...more,
})
const condition = (name: string, conditions: unknown[], more: object = {}) => ({
  Name: name,
  Type: 'Condition',
  Arguments: { Conditions: conditions, IfSteps: [], ElseSteps: [], ...more },
})
const equal = { Type: 'Equals', LeftValue: 1, RightValue: 1 }

describe('a definition is refused', () => {
  test.each<[string, unknown[], object, string]>([
    [
      'a step type that is not implemented',
      [{ Name: 'A', Type: 'Lambda', Arguments: {} }],
      {},
      'step "A": the type Lambda is not implemented',
    ],
    ['two steps of one name', [fail('A'), fail('A')], {}, 'there are several steps "A"'],
    [
      'two steps of one name in branches',
      [condition('C', [equal], { IfSteps: [fail('A')], ElseSteps: [fail('A')] })],
      {},
      'there are several steps "A"',
    ],
    [
      'a cycle',
      [fail('A', { DependsOn: ['B'] }), fail('B', { DependsOn: ['A'] })],
      {},
      'the steps form a cycle: A -> B -> A',
    ],
    [
      'a cycle through a reference',
      [fail('A', { Arguments: { ErrorMessage: { Get: 'Steps.B.X' } } }), fail('B', { DependsOn: ['A'] })],
      {},
      'cycle',
    ],
    [
      'a branch that its own condition needs',
      [condition('C', [{ ...equal, LeftValue: { Get: 'Steps.A.X' } }], { IfSteps: [fail('A')] })],
      {},
      'cycle',
    ],
    ['an unknown dependency', [fail('A', { DependsOn: ['Z'] })], {}, 'DependsOn names "Z", which does not exist'],
    [
      'an unknown parameter',
      [fail('A', { Arguments: { ErrorMessage: { Get: 'Parameters.P' } } })],
      {},
      '{"Get": "Parameters.P"} refers to a parameter that does not exist',
    ],
    [
      'an unknown step',
      [fail('A', { Arguments: { ErrorMessage: { 'Std:Join': { On: '', Values: [{ Get: 'Steps.Z.Arn' }] } } } })],
      {},
      '{"Get": "Steps.Z.Arn"} refers to a step that does not exist',
    ],
    [
      'an unknown variable',
      [fail('A', { Arguments: { ErrorMessage: { Get: 'Execution.Nope' } } })],
      {},
      'is not a reference',
    ],
    [
      'a property file that is not declared',
      [
        processing('P'),
        condition('C', [
          { ...equal, LeftValue: { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.P.PropertyFiles.R' }, Path: 'a' } } },
        ]),
      ],
      {},
      'refers to a property file that the step does not declare',
    ],
    [
      'a property file of no output',
      [processing('P', { PropertyFiles: [{ PropertyFileName: 'R', OutputName: 'other', FilePath: 'r.json' }] })],
      {},
      'names output "other", which the step does not have',
    ],
    ['an unknown condition', [condition('C', [{ Type: 'Near' }])], {}, 'the condition type "Near" is not known'],
    ['a condition step without conditions', [condition('C', [])], {}, 'a Condition step needs Conditions'],
    [
      'a parameter with a default of another type',
      [fail('A')],
      { Parameters: [{ Name: 'N', Type: 'Integer', DefaultValue: '3' }] },
      'parameter "N": "3" is not of type Integer',
    ],
    [
      'a retry policy with two limits',
      [processing('P', { RetryPolicies: [{ ExceptionType: ['Step.THROTTLING'], MaxAttempts: 2, ExpireAfterMin: 5 }] })],
      {},
      'needs either MaxAttempts or ExpireAfterMin',
    ],
    [
      'a retry policy for an unknown exception',
      [processing('P', { RetryPolicies: [{ ExceptionType: ['Any'], MaxAttempts: 2 }] })],
      {},
      'unknown ExceptionType Any',
    ],
    [
      'a cache that never says when',
      [processing('P', { CacheConfig: { Enabled: true, ExpireAfter: 'soon' } })],
      {},
      '"soon" is not an ISO 8601 duration',
    ],
    ['another version', [fail('A')], { Version: '2019-01-01' }, 'the Version must be 2020-12-01'],
    ['no steps', [], {}, 'there are no Steps'],
  ])('for %s', (_what, steps, more, message) => {
    expect(() => parse(steps, more)).toThrow(message)
  })

  test('with all problems at once', () => {
    expect(() => parse([{ Name: 'A b', Type: 'Fail' }, fail('B', { DependsOn: ['Z'] })])).toThrow(
      /the name must be.*Fail needs Arguments.ErrorMessage.*DependsOn names "Z"/,
    )
  })

  test('for text that is no JSON', () => {
    expect(() => parseDefinition('{')).toThrow('Unable to parse pipeline definition: the definition is not valid JSON')
  })
})

test('both spellings of In are read', () => {
  const { Steps } = parse([
    condition('C', [
      { Type: 'In', QueryValue: 'a', Values: ['a', 'b'] },
      { Type: 'In', Value: 'a', In: ['a', 'b'] },
    ]),
  ])
  const wanted = { Type: 'In', QueryValue: 'a', Values: ['a', 'b'] }
  expect(Steps[0]?.Branches?.conditions).toEqual([wanted, wanted])
})

test.each([
  ['P30D', 30 * 86_400_000],
  ['PT1H', 3_600_000],
  ['P1DT2H3M4S', 93_784_000],
  ['30d', 30 * 86_400_000],
  ['T16m', 960_000],
  ['P2W', 14 * 86_400_000],
  ['', undefined],
  ['P', undefined],
  ['1 hour', undefined],
])('%j lasts %s ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test('a reference leads through members, indexes and names of list items', () => {
  const reference = parseReference("Steps.Prep.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri")
  expect(reference).toEqual({
    kind: 'step',
    step: 'Prep',
    path: ['ProcessingOutputConfig', 'Outputs', 'train', 'S3Output', 'S3Uri'],
  })
  const description = { ProcessingOutputConfig: { Outputs: [{ OutputName: 'train', S3Output: { S3Uri: 's3://b' } }] } }
  expect(reference?.kind === 'step' && followPath(description, reference.path)).toBe('s3://b')
  expect(followPath({ a: [{ b: 1 }] }, ['a', 0, 'b'])).toBe(1)
  expect(followPath({}, ['__proto__'])).toBeUndefined()
  expect(parseReference('Steps.A')).toBeUndefined()
  expect(parseReference('Parameters.')).toBeUndefined()
})
