import { createHash, createHmac } from 'node:crypto'
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { DescribeLogGroupsCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixedClock } from '../../core/clock.ts'
import { startTestEngine, type TestEngine } from '../testing.ts'
import { canonicalRequest, EMPTY_SHA256, signatureOf, signingKey, type SignedRequest } from './sigv4.ts'
import { toCompactDate } from './verify.ts'

const MINUTE_MS = 60_000
let engine: TestEngine
const clock = fixedClock(new Date())

beforeAll(async () => {
  engine = await startTestEngine({ clock })
})
afterAll(() => engine.stop())

test("AWS's own example signs as published", () => {
  // docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "GET Object"
  const headers = new Map([
    ['host', 'examplebucket.s3.amazonaws.com'],
    ['range', 'bytes=0-9'],
    ['x-amz-content-sha256', EMPTY_SHA256],
    ['x-amz-date', '20130524T000000Z'],
  ])
  const request: SignedRequest = { method: 'GET', path: '/test.txt', query: [], header: (name) => headers.get(name) }
  const scope = { date: '20130524', region: 'us-east-1', service: 's3' }
  const canonical = canonicalRequest(request, [...headers.keys()], EMPTY_SHA256, true)
  const key = signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope)
  expect(signatureOf(key, '20130524T000000Z', scope, canonical)).toBe(
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
})

describe('a call is refused', () => {
  const sts = (more: object) =>
    new STSClient({ ...engine.clientConfiguration, ...more }).send(new GetCallerIdentityCommand({}))
  const logs = (more: object) =>
    new CloudWatchLogsClient({ ...engine.clientConfiguration, ...more }).send(new DescribeLogGroupsCommand({}))
  const s3 = (more: object) => new S3Client({ ...engine.clientConfiguration, ...more }).send(new ListBucketsCommand({}))
  const skewed = (minutes: number) => ({ systemClockOffset: clock.now().getTime() + minutes * MINUTE_MS - Date.now() })

  test('with a wrong signature, in the words of each protocol', async () => {
    const credentials = { ...engine.adminCredentials, secretAccessKey: 'wrong' }
    await expect(sts({ credentials })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    })
    await expect(s3({ credentials })).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
    await expect(logs({ credentials })).rejects.toMatchObject({ name: 'InvalidSignatureException' })
  })

  test('with a key that nobody issued', async () => {
    const credentials = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' }
    await expect(sts({ credentials })).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
    await expect(s3({ credentials })).rejects.toMatchObject({ name: 'InvalidAccessKeyId' })
    await expect(logs({ credentials })).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
  })

  test('when the clocks differ by more than five minutes, by fifteen for S3', async () => {
    await sts(skewed(4))
    await expect(sts(skewed(-6))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      message: expect.stringContaining('Signature expired: '),
    })
    await expect(sts(skewed(6))).rejects.toMatchObject({
      message: expect.stringContaining('Signature not yet current: '),
    })
    await expect(logs(skewed(-6))).rejects.toMatchObject({ name: 'InvalidSignatureException' })
    await s3(skewed(14))
    await expect(s3(skewed(-16))).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' })
  })

  test('with credentials that have expired, and with a token that was tampered with', async () => {
    const client = new STSClient({ ...engine.clientConfiguration, ...skewed(0) })
    const { Credentials } = await client.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    await sts({ credentials, ...skewed(0) })
    const tampered = { ...credentials, sessionToken: `${credentials.sessionToken.slice(0, -2)}AA` }
    await expect(sts({ credentials: tampered, ...skewed(0) })).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
    clock.advance(901_000)
    await expect(sts({ credentials, ...skewed(0) })).rejects.toMatchObject({ name: 'ExpiredToken' })
    await expect(s3({ credentials, ...skewed(0) })).rejects.toMatchObject({ name: 'ExpiredToken' })
    await expect(logs({ credentials, ...skewed(0) })).rejects.toMatchObject({ name: 'ExpiredTokenException' })
  })

  test('without any signature', async () => {
    const answer = await fetch(engine.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'SageMaker.ListModels' },
      body: '{}',
    })
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ __type: 'MissingAuthenticationTokenException' }),
    ])
    const bucket = await fetch(`${engine.url}/bucket/key`)
    expect([bucket.status, await bucket.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')])
  })
})

test('signature version 2 is refused with the one to use', async () => {
  const answer = await fetch(`${engine.url}/b/k?AWSAccessKeyId=AKIA&Signature=x&Expires=1`)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Please use AWS4-HMAC-SHA256.')])
})

describe('a body in signed chunks', () => {
  const CHUNK = 65_536
  const bytes = Buffer.from(Array.from({ length: CHUNK + 1000 }, (_, i) => i & 255))

  /** As the older SDKs stream: each chunk signed over the one before. */
  async function putInChunks(key: string, damage: (body: Buffer) => Buffer = (body) => body): Promise<Response> {
    const { accessKeyId, secretAccessKey } = engine.adminCredentials
    const timestamp = toCompactDate(clock.now())
    const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service: 's3' }
    const headers = new Map([
      ['content-encoding', 'aws-chunked'],
      ['host', engine.url.slice('http://'.length)],
      ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
      ['x-amz-date', timestamp],
      ['x-amz-decoded-content-length', String(bytes.length)],
    ])
    const request: SignedRequest = {
      method: 'PUT',
      path: `/chunks/${key}`,
      query: [],
      header: (name) => headers.get(name),
    }
    const names = [...headers.keys()]
    const secret = signingKey(secretAccessKey, scope)
    const scopeText = `${scope.date}/us-east-1/s3/aws4_request`
    let previous = signatureOf(
      secret,
      timestamp,
      scope,
      canonicalRequest(request, names, headers.get('x-amz-content-sha256') ?? '', true),
    )
    headers.set(
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scopeText}, SignedHeaders=${names.join(';')}, Signature=${previous}`,
    )
    const pieces: Buffer[] = []
    for (const chunk of [bytes.subarray(0, CHUNK), bytes.subarray(CHUNK), Buffer.alloc(0)]) {
      const hash = createHash('sha256').update(chunk).digest('hex')
      const toSign = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scopeText, previous, EMPTY_SHA256, hash].join('\n')
      previous = createHmac('sha256', secret).update(toSign).digest('hex')
      pieces.push(
        Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      )
    }
    headers.delete('host')
    return fetch(`${engine.url}/chunks/${key}`, {
      method: 'PUT',
      headers: Object.fromEntries(headers),
      body: new Uint8Array(damage(Buffer.concat(pieces))),
    })
  }

  beforeAll(async () => {
    const systemClockOffset = clock.now().getTime() - Date.now()
    await new S3Client({ ...engine.clientConfiguration, systemClockOffset }).send(
      new CreateBucketCommand({ Bucket: 'chunks' }),
    )
  })
  const get = async (Key: string) => {
    const systemClockOffset = clock.now().getTime() - Date.now()
    const client = new S3Client({ ...engine.clientConfiguration, systemClockOffset })
    return (await client.send(new GetObjectCommand({ Bucket: 'chunks', Key }))).Body?.transformToByteArray()
  }

  test('is stored without its wrapping', async () => {
    expect((await putInChunks('good')).status).toBe(200)
    expect(Buffer.from((await get('good')) ?? []).equals(bytes)).toBe(true)
  })

  test('is refused when a byte of a later chunk was changed', async () => {
    const answer = await putInChunks('bad', (body) => {
      body[body.length - 200] = (body[body.length - 200] ?? 0) ^ 1
      return body
    })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')])
    await expect(get('bad')).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  test('is refused when its last chunk is missing', async () => {
    const answer = await putInChunks('short', (body) => body.subarray(0, CHUNK + 200))
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('IncompleteBody')])
  })
})

describe('credentials of a process', () => {
  test('are fetched with the token of the grant, act as its principal, and end with it', async () => {
    const principal = {
      kind: 'assumed-role',
      accountId: '000000000000',
      arn: 'arn:aws:sts::000000000000:assumed-role/Job/x',
      roleArn: 'arn:aws:iam::000000000000:role/Job',
      roleName: 'Job',
      sessionName: 'x',
    } as const
    const grant = engine.engine.credentials.grantToProcess(principal)
    const { environment } = grant
    const url = environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? ''
    const fetchKeys = (authorization: string) => fetch(url, { headers: { authorization } })
    expect((await fetchKeys('wrong')).status).toBe(401)
    const answer = await fetchKeys(environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '')
    const keys = (await answer.json()) as Record<string, string>
    const credentials = {
      accessKeyId: keys['AccessKeyId'] ?? '',
      secretAccessKey: keys['SecretAccessKey'] ?? '',
      sessionToken: keys['Token'] ?? '',
    }
    const systemClockOffset = clock.now().getTime() - Date.now()
    const sts = new STSClient({ ...engine.clientConfiguration, credentials, systemClockOffset })
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(principal.arn)
    grant.revoke()
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' })
  })
})
