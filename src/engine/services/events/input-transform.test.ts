import { expect, test } from 'vitest'
import type { BusEvent } from './bus-event.ts'
import { inputProblems, targetInput } from './input-transform.ts'
import { compileJsonPath } from './json-path.ts'

const EVENT: BusEvent = {
  version: '0',
  id: '1',
  'detail-type': 'Skyloop Monitoring Violations',
  source: 'skyloop.monitor',
  account: '000000000000',
  time: '2026-01-02T03:04:05Z',
  region: 'us-east-1',
  resources: [],
  detail: { endpoint: 'prod "a"', count: 2, list: [{ 'a-b': 'x' }] },
}
const RULE = { name: 'r', arn: 'arn:aws:events:us-east-1:000000000000:rule/r' }
const NOW = new Date('2026-01-02T03:04:06.789Z')
const input = (target: object) => targetInput({ Id: 't', Arn: 'a', ...target }, EVENT, RULE, NOW)

test('JSONPath reads members, dashes, quotes and indices', () => {
  const at = (path: string) => compileJsonPath(path)?.(EVENT)
  expect(at('$')).toBe(EVENT)
  expect(at('$.detail-type')).toBe('Skyloop Monitoring Violations')
  expect(at("$.detail.list[0]['a-b']")).toBe('x')
  expect(at('$.detail.nothing.there')).toBeUndefined()
  expect(at('$.constructor')).toBeUndefined()
  expect(compileJsonPath('detail.x')).toBeUndefined()
  expect(compileJsonPath('$.a[*]')).toBeUndefined()
})

test('without settings a target receives the event', () => {
  expect(JSON.parse(input({}))).toEqual(EVENT)
})

test('a constant, a part, a template', () => {
  expect(input({ Input: '{"a":1}' })).toBe('{"a":1}')
  expect(input({ InputPath: '$.detail.count' })).toBe('2')
  expect(input({ InputPath: '$.nothing' })).toBe('null')
  const InputPathsMap = { name: '$.detail.endpoint', n: '$.detail.count', list: '$.detail.list', no: '$.none' }
  const filled = (InputTemplate: string) => input({ InputTransformer: { InputPathsMap, InputTemplate } })
  // Within quotes a value is escaped, outside it is JSON.
  expect(filled('"<name> has <n><no>"')).toBe('"prod \\"a\\" has 2"')
  expect(JSON.parse(filled('{"name":<name>,"n":<n>,"list":<list>,"no":<no>}'))).toEqual({
    name: 'prod "a"',
    n: 2,
    list: [{ 'a-b': 'x' }],
    no: null,
  })
  expect(filled('"<aws.events.rule-name> at <aws.events.event.ingestion-time>"')).toBe('"r at 2026-01-02T03:04:06Z"')
  expect(JSON.parse(filled('<aws.events.event.json>'))).toEqual(EVENT)
  expect(filled('"a <unknown> stays"')).toBe('"a <unknown> stays"')
})

test('names every problem of the input settings', () => {
  const problems = (target: object) => inputProblems({ Id: 't', Arn: 'a', ...target })
  expect(problems({ Input: 'x', InputPath: 'y' })).toEqual([
    'only one of Input, InputPath and InputTransformer may be given',
    'Input must be valid JSON',
    'InputPath "y" is not a JSONPath',
  ])
  expect(problems({ InputTransformer: { InputPathsMap: { awsX: 'detail' }, InputTemplate: 'hello <who>' } })).toEqual([
    'InputPathsMap key "awsX" may not begin with AWS',
    'InputPathsMap "awsX": "detail" is not a JSONPath',
    'InputTemplate is neither a JSON value nor lines of quoted text',
    'InputTemplate uses <who>, which InputPathsMap does not define',
  ])
  expect(
    problems({ InputTransformer: { InputPathsMap: { a: '$.a' }, InputTemplate: '"one <a>"\n"two <a>"' } }),
  ).toEqual([])
})
