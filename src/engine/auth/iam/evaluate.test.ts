import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { named } from './authorizer.ts'
import { conditionHolds } from './condition.ts'
import { evaluate, type PolicySets } from './evaluate.ts'
import { compilePattern, matchesPattern } from './pattern.ts'

const ACCOUNT = '000000000000'
const ana = { arns: [`arn:aws:iam::${ACCOUNT}:user/ana`], accountId: ACCOUNT }
const context = new Map([
  ['aws:username', ['ana']],
  ['aws:sourceip', ['10.1.2.3']],
])
const document = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })

function decide(
  sets: Partial<Record<keyof PolicySets, string>>,
  action = 's3:GetObject',
  resource = 'arn:aws:s3:::b/ana/x',
) {
  const policies = (list: keyof PolicySets, type: 'identity' | 'resource' | 'permissions-boundary' | 'session') =>
    sets[list] === undefined ? [] : [named(list, type, sets[list])]
  return evaluate({ action, resource, context }, ana, {
    identity: policies('identity', 'identity'),
    boundary: policies('boundary', 'permissions-boundary'),
    session: policies('session', 'session'),
    resource: policies('resource', 'resource'),
  })
}

describe('evaluation', () => {
  const allowAll = document({ Effect: 'Allow', Action: '*', Resource: '*' })

  test('denies unless something allows, and a deny beats every allow', () => {
    expect(decide({}).result).toBe('implicitDeny')
    expect(decide({ identity: allowAll }).result).toBe('allowed')
    const denied = document(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Sid: 'No', Effect: 'Deny', Action: 's3:Get*', Resource: '*' },
    )
    expect(decide({ identity: denied })).toMatchObject({ result: 'explicitDeny', by: { statement: { sid: 'No' } } })
  })

  test('knows NotAction, NotResource and actions in any case', () => {
    const notAction = document({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' })
    expect(decide({ identity: notAction }).result).toBe('allowed')
    expect(decide({ identity: notAction }, 'iam:CreateUser').result).toBe('implicitDeny')
    const notResource = document({ Effect: 'Allow', Action: 'S3:getOBJECT', NotResource: 'arn:aws:s3:::b/secret/*' })
    expect(decide({ identity: notResource }).result).toBe('allowed')
    expect(decide({ identity: notResource }, 's3:GetObject', 'arn:aws:s3:::b/secret/x').result).toBe('implicitDeny')
  })

  test('puts variables into resources, and a value with a star stays a plain star', () => {
    const own = document({ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b/${aws:username}/*' })
    expect(decide({ identity: own }).result).toBe('allowed')
    expect(decide({ identity: own }, 's3:GetObject', 'arn:aws:s3:::b/bo/x').result).toBe('implicitDeny')
    const unknown = document({ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b/${aws:nobody}/*' })
    expect(decide({ identity: unknown }, 's3:GetObject', 'arn:aws:s3:::b//x').result).toBe('implicitDeny')
    expect(matchesPattern(compilePattern('a/${v}/*', () => '*') ?? '', 'a/b/c')).toBe(false)
    expect(matchesPattern(compilePattern('a/${v}/*', () => '*') ?? '', 'a/*/c')).toBe(true)
    const older = JSON.stringify({
      Version: '2008-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: 'b/${aws:username}' }],
    })
    expect(decide({ identity: older }, 's3:GetObject', 'b/ana').result).toBe('implicitDeny')
  })

  test('needs boundary and session policies to allow as well, unless the resource names the caller', () => {
    const lists = document({ Effect: 'Allow', Action: 's3:List*', Resource: '*' })
    expect(decide({ identity: allowAll, boundary: lists })).toMatchObject({
      result: 'implicitDeny',
      blame: 'permissions-boundary',
    })
    expect(decide({ identity: allowAll, session: lists })).toMatchObject({ result: 'implicitDeny', blame: 'session' })
    const grant = (AWS: string) => document({ Effect: 'Allow', Principal: { AWS }, Action: 's3:*', Resource: '*' })
    expect(decide({ boundary: lists, resource: grant(ana.arns[0] ?? '') }).result).toBe('allowed')
    expect(decide({ resource: grant(ACCOUNT) }).result).toBe('implicitDeny')
    expect(decide({ resource: grant('*') }).result).toBe('allowed')
    expect(decide({ resource: grant(`arn:aws:iam::${ACCOUNT}:user/bo`) }).result).toBe('implicitDeny')
  })
})

describe('conditions', () => {
  const values = new Map([
    ['s', ['Raw/x']],
    ['n', ['10']],
    ['d', ['2026-05-01T00:00:00Z']],
    ['b', ['true']],
    ['ip', ['10.1.2.3']],
    ['arn', ['arn:aws:sagemaker:us-east-1:000000000000:model/a/b']],
    ['many', ['a', 'b']],
  ])
  const holds = (operator: string, key: string, ...expected: string[]) =>
    conditionHolds(operator, key, expected, values, undefined)

  test.each<[string, string, string[], boolean]>([
    ['StringEquals', 's', ['raw/x', 'Raw/x'], true],
    ['StringEquals', 's', ['Raw/*'], false],
    ['StringEqualsIgnoreCase', 's', ['raw/X'], true],
    ['StringNotEquals', 's', ['Raw/x', 'other'], false],
    ['StringLike', 's', ['Raw/?'], true],
    ['StringNotLike', 's', ['Raw/*'], false],
    ['StringNotEquals', 'absent', ['x'], true],
    ['StringEquals', 'absent', ['x'], false],
    ['StringEqualsIfExists', 'absent', ['x'], true],
    ['NumericLessThan', 'n', ['11'], true],
    ['NumericLessThan', 'n', ['10'], false],
    ['NumericGreaterThanEquals', 'n', ['10.0'], true],
    ['NumericEquals', 's', ['1'], false],
    ['DateGreaterThan', 'd', ['2026-04-30T00:00:00Z'], true],
    ['DateLessThan', 'd', ['1777593600'], false],
    ['Bool', 'b', ['true'], true],
    ['Bool', 'b', ['false'], false],
    ['Null', 'absent', ['true'], true],
    ['Null', 's', ['true'], false],
    ['IpAddress', 'ip', ['10.0.0.0/8'], true],
    ['NotIpAddress', 'ip', ['10.1.2.3'], false],
    ['IpAddress', 'ip', ['2001:db8::/32'], false],
    ['ArnLike', 'arn', ['arn:aws:sagemaker:*:*:model/*'], true],
    ['ArnLike', 'arn', ['arn:aws:*:model/*'], false],
    ['ForAnyValue:StringEquals', 'many', ['b', 'c'], true],
    ['ForAllValues:StringEquals', 'many', ['b', 'c'], false],
    ['ForAllValues:StringEquals', 'many', ['a', 'b', 'c'], true],
    ['ForAllValues:StringEquals', 'absent', ['a'], true],
    ['ForAnyValue:StringEquals', 'absent', ['a'], false],
  ])('%s of %s with %j is %s', (operator, key, expected, result) => {
    expect(holds(operator, key, ...expected)).toBe(result)
  })
})

test('patterns match as the equivalent regular expression does', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 })
  const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      expect(matchesPattern(compilePattern(pattern) ?? '', text)).toBe(expression.test(text))
    }),
  )
})
