import { describe, expect, test } from 'vitest'
import { compileEventPattern } from './pattern.ts'

const EVENT = {
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Endpoint State Change',
  resources: ['arn:aws:sagemaker:us-east-1:1:endpoint/a', 'arn:aws:sagemaker:us-east-1:1:endpoint/b'],
  detail: {
    EndpointStatus: 'IN_SERVICE',
    count: 3,
    ratio: 0.25,
    ready: true,
    reason: null,
    empty: '',
    address: '10.0.0.7',
    nested: { deep: { name: 'Drone' } },
    variants: [{ weight: 1 }, { weight: 0.5 }],
    none: [],
  },
}

const matches = (pattern: unknown): boolean => compileEventPattern(JSON.stringify(pattern))(EVENT)
const detail = (rule: unknown): boolean => matches({ detail: rule })

describe('an event pattern', () => {
  test.each([
    [{ source: ['aws.sagemaker'] }, true],
    [{ source: ['aws.s3', 'aws.sagemaker'] }, true],
    [{ source: ['aws.s3'] }, false],
    [{ source: ['aws.sagemaker'], 'detail-type': ['x'] }, false],
    [{ resources: ['arn:aws:sagemaker:us-east-1:1:endpoint/b'] }, true],
    [{ missing: ['x'] }, false],
    [{ source: { deeper: ['x'] } }, false],
  ])('compares values: %j is %s', (pattern, expected) => expect(matches(pattern)).toBe(expected))

  test.each([
    [{ count: [3] }, true],
    [{ count: ['3'] }, false],
    [{ ready: [true] }, true],
    [{ reason: [null] }, true],
    [{ empty: [''] }, true],
    [{ nested: { deep: { name: ['Drone'] } } }, true],
    [{ variants: { weight: [0.5] } }, true],
    [{ variants: { weight: [0.7] } }, false],
    [{ EndpointStatus: [{ prefix: 'IN_' }] }, true],
    [{ EndpointStatus: [{ prefix: 'in_' }] }, false],
    [{ EndpointStatus: [{ prefix: { 'equals-ignore-case': 'in_' } }] }, true],
    [{ EndpointStatus: [{ suffix: 'SERVICE' }] }, true],
    [{ EndpointStatus: [{ suffix: { 'equals-ignore-case': 'service' } }] }, true],
    [{ EndpointStatus: [{ 'equals-ignore-case': 'in_service' }] }, true],
    [{ EndpointStatus: [{ wildcard: 'IN*VICE' }] }, true],
    [{ EndpointStatus: [{ wildcard: 'IN*X*' }] }, false],
    [{ EndpointStatus: [{ wildcard: 'IN\\*' }] }, false],
    [{ EndpointStatus: [{ 'anything-but': 'FAILED' }] }, true],
    [{ EndpointStatus: [{ 'anything-but': ['FAILED', 'IN_SERVICE'] }] }, false],
    [{ EndpointStatus: [{ 'anything-but': { prefix: 'IN' } }] }, false],
    [{ EndpointStatus: [{ 'anything-but': { suffix: ['ED', 'ING'] } }] }, true],
    [{ EndpointStatus: [{ 'anything-but': { wildcard: '*SERV*' } }] }, false],
    [{ missing: [{ 'anything-but': 'x' }] }, false],
    [{ count: [{ numeric: ['>', 2, '<=', 3] }] }, true],
    [{ count: [{ numeric: ['=', 3] }] }, true],
    [{ ratio: [{ numeric: ['<', 0.25] }] }, false],
    [{ EndpointStatus: [{ numeric: ['>', 0] }] }, false],
    [{ count: [{ exists: true }] }, true],
    [{ missing: [{ exists: false }] }, true],
    [{ missing: { deeper: [{ exists: false }] } }, true],
    [{ nested: [{ exists: true }] }, false],
    [{ address: [{ cidr: '10.0.0.0/29' }] }, true],
    [{ address: [{ cidr: '10.0.1.0/24' }] }, false],
    [{ $or: [{ count: [9] }, { ready: [true] }] }, true],
    [{ $or: [{ count: [9] }, { ready: [false] }] }, false],
    [{ count: [3], $or: [{ ratio: [1] }, { ready: [false] }] }, false],
  ])('filters: %j is %s', (rule, expected) => expect(detail(rule)).toBe(expected))

  test.each([
    ['{', 'Event pattern is not valid'],
    ['[]', 'Filter is not an object'],
    ['{}', 'Empty objects are not allowed'],
    ['{"source":"x"}', '"source" must be an object or an array'],
    ['{"source":[]}', 'Empty arrays are not allowed at source'],
    ['{"detail":{"a":[{"fuzzy":"x"}]}}', 'Unrecognized match type fuzzy at detail.a'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"numeric":[">"]}]}', 'numeric must hold'],
    ['{"a":[{"numeric":["~",1]}]}', 'numeric knows'],
    ['{"a":[{"cidr":"10.0.0.0/64"}]}', 'Malformed CIDR'],
    ['{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard'],
    ['{"a":[{"exists":"yes"}]}', 'exists must be true or false'],
    ['{"a":[{"anything-but":[]}]}', 'anything-but must hold a value'],
  ])('refuses %s', (text, reason) => {
    expect(() => compileEventPattern(text)).toThrow(reason)
    expect(() => compileEventPattern(text)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException' }))
  })

  test('a wildcard does not go back: many stars on a long text end at once', () => {
    const slow = compileEventPattern(JSON.stringify({ a: [{ wildcard: `${'*a'.repeat(50)}*b` }] }))
    expect(slow({ a: 'a'.repeat(100_000) })).toBe(false)
  })
})
