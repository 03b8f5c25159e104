import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { CreateRoleCommand, IAMClient, ListGroupsCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex, canonicalRequest, signatureOf, signingKey, type SignedRequest } from '../auth/sigv4.ts'
import { toCompactDate } from '../auth/verify.ts'
import { startTestEngine, type TestEngine } from '../testing.ts'
import { decodeQuery, encodeXmlMembers } from './query-codec.ts'
import { decodeJson, encodeJson } from './json-codec.ts'
import { Problems } from './problems.ts'
import type { Member, Shape } from './shape.ts'
import { parseXml } from './xml.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

/** A call that no SDK would make, signed properly. */
async function callRaw(service: string, target: string, body: string): Promise<Response> {
  const { accessKeyId, secretAccessKey } = engine.adminCredentials
  const timestamp = toCompactDate(new Date())
  const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service }
  const headers = new Map([
    ['host', engine.url.slice('http://'.length)],
    ['x-amz-date', timestamp],
    ['x-amz-target', target],
  ])
  const request: SignedRequest = { method: 'POST', path: '/', query: [], header: (name) => headers.get(name) }
  const names = [...headers.keys()]
  const signature = signatureOf(
    signingKey(secretAccessKey, scope),
    timestamp,
    scope,
    canonicalRequest(request, names, sha256Hex(body), false),
  )
  const credential = `${accessKeyId}/${scope.date}/us-east-1/${service}/aws4_request`
  headers.set(
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  )
  headers.delete('host')
  return fetch(engine.url, { method: 'POST', headers: Object.fromEntries(headers), body })
}

describe('a call', () => {
  test('with members missing or of a wrong type is refused with all problems', async () => {
    const logs = new CloudWatchLogsClient(engine.clientConfiguration)
    const input = { logGroupName: 7, tags: ['a'], kmsKeyId: {} } as unknown as { logGroupName: string }
    await expect(logs.send(new CreateLogGroupCommand(input))).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "3 validation errors detected: Value '7' at 'logGroupName' failed to satisfy constraint: Member must be of type String; " +
        `Value '{}' at 'kmsKeyId' failed to satisfy constraint: Member must be of type String; ` +
        `Value '["a"]' at 'tags' failed to satisfy constraint: Member must be of type Map`,
    })
    const iam = new IAMClient(engine.clientConfiguration)
    await expect(iam.send(new CreateRoleCommand({} as never))).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(/2 validation errors.*'RoleName'.*must not be null.*'AssumeRolePolicyDocument'/),
    })
  })

  test('to an operation that the engine has not is refused by name, in JSON and in XML', async () => {
    const logs = new CloudWatchLogsClient(engine.clientConfiguration)
    await expect(logs.send(new ListTagsForResourceCommand({ resourceArn: 'arn:aws:logs:x' }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: "The operation ListTagsForResource of service logs is not implemented by Skyloop's engine",
      $metadata: { httpStatusCode: 501 },
    })
    await expect(new IAMClient(engine.clientConfiguration).send(new ListGroupsCommand({}))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('ListGroups of service iam'),
    })
  })

  test('that no service knows says so', async () => {
    const unknown = await callRaw('logs', 'Logs_20140328.MakeCoffee', '{}')
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      expect.objectContaining({ __type: 'UnknownOperationException', message: expect.stringContaining('MakeCoffee') }),
    ])
    const service = await callRaw('braket', 'Braket.Run', '{}')
    expect([service.status, await service.json()]).toEqual([
      501,
      expect.objectContaining({ __type: 'NotImplemented', message: expect.stringContaining('braket') }),
    ])
    const builtin = await callRaw('logs', 'Logs_20140328.constructor', '{}')
    expect(builtin.status).toBe(404)
  })

  test('with a body that is not JSON is refused, and carries its request id', async () => {
    const answer = await callRaw('logs', 'Logs_20140328.CreateLogGroup', '{"logGroupName":')
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ __type: 'SerializationException' }),
    ])
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('with a body beyond the limit is refused without being read', async () => {
    // The engine closes the connection; whether the client still sees the answer is a race that both may win.
    const outcome = await callRaw('logs', 'Logs_20140328.CreateLogGroup', 'x'.repeat(9 * 1024 * 1024)).then(
      (answer) => answer.status,
      () => 'connection closed',
    )
    expect([413, 'connection closed']).toContain(outcome)
    expect((await fetch(`${engine.url}/_skyloop/health`)).status).toBe(200)
  })
})

describe('shapes', () => {
  const member = (name: string, shape: Shape, isRequired = false, traits: Member['traits'] = {}): Member => ({
    name,
    isRequired,
    traits,
    shape: () => shape,
  })
  const text: Shape = { kind: 'string' }
  const list: Shape = { kind: 'list', member: member('member', text) }
  const map: Shape = { kind: 'map', key: member('key', text), value: member('value', { kind: 'number' }) }
  const shape: Shape = {
    kind: 'structure',
    name: 'Example',
    isUnion: false,
    members: () => [
      member('Name', text, true),
      member('Names', list),
      member('Flat', list, false, { xmlFlattened: true }),
      member('Sizes', map),
      member('When', { kind: 'timestamp', format: undefined }),
      member('Bytes', { kind: 'blob' }),
    ],
  }
  const value = {
    Name: '<a&b>',
    Names: ['x', 'y'],
    Flat: ['z'],
    Sizes: { one: 1 },
    When: new Date('2026-01-02T03:04:05Z'),
    Bytes: new Uint8Array([1, 2, 255]),
  }

  test('go through JSON and back', () => {
    const problems = new Problems()
    expect(decodeJson(shape, JSON.parse(JSON.stringify(encodeJson(shape, value))), '', problems)).toEqual(value)
    expect(problems.list).toEqual([])
  })

  test('are read from query parameters', () => {
    const parameters: [string, string][] = [
      ['Name', '<a&b>'],
      ['Names.member.1', 'x'],
      ['Names.member.2', 'y'],
      ['Flat.1', 'z'],
      ['Sizes.entry.1.key', 'one'],
      ['Sizes.entry.1.value', '1'],
      ['When', '2026-01-02T03:04:05Z'],
      ['Bytes', 'AQL/'],
    ]
    expect(decodeQuery(shape, parameters, new Problems())).toEqual(value)
  })

  test('are written as XML', () => {
    expect(encodeXmlMembers(shape, value)).toBe(
      '<Name>&lt;a&amp;b&gt;</Name><Names><member>x</member><member>y</member></Names><Flat>z</Flat>' +
        '<Sizes><entry><key>one</key><value>1</value></entry></Sizes><When>2026-01-02T03:04:05Z</When><Bytes>AQL/</Bytes>',
    )
  })

  test('a key named __proto__ stays a key', () => {
    const decoded = decodeJson(map, JSON.parse('{"__proto__": 1}'), 'm', new Problems())
    expect(Object.entries(decoded as object)).toEqual([['__proto__', 1]])
  })
})

describe('XML from clients', () => {
  test('is read with entities, CDATA, comments and name spaces', () => {
    const node = parseXml(
      '<?xml version="1.0"?><a xmlns="u"><!-- c --><n:b x="1">1 &lt; 2 &#x41;</n:b><c/><d><![CDATA[<raw>]]></d></a>',
    )
    expect(node?.children.map(({ name, text }) => [name, text])).toEqual([
      ['b', '1 < 2 A'],
      ['c', ''],
      ['d', '<raw>'],
    ])
  })

  test.each([
    '',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<!DOCTYPE x [<!ENTITY e "x">]><a>&e;</a>',
    `${'<a>'.repeat(99)}${'</a>'.repeat(99)}`,
  ])('that is not well formed or too deep is none: %s', (source) => {
    expect(parseXml(source)).toBeUndefined()
  })
})
