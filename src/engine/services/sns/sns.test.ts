import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTestEngine, type TestEngine } from '../../testing.ts'
import { isLoopbackUrl } from './delivery/webhook.ts'

/** Repeats a check until it passes; the limit guards against hangs. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 50 })

let engine: TestEngine
let client: SNSClient

beforeAll(async () => {
  engine = await startTestEngine()
  client = new SNSClient(engine.clientConfiguration)
})
afterAll(async () => {
  client.destroy()
  await engine.stop()
})

const topic = async (Name: string): Promise<string> =>
  (await client.send(new CreateTopicCommand({ Name }))).TopicArn as string
const outbox = async (home: string): Promise<string[]> => (await readdir(join(home, 'outbox'))).sort()

/** A webhook that answers with `status()` and keeps what it was sent. */
async function webhook(status: () => number, port = 0) {
  const received: { headers: NodeJS.Dict<string | string[]>; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(status()).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { received, url, close, port: (server.address() as AddressInfo).port }
}

describe('SNS', () => {
  test('an e-mail lies in the outbox, readable and as JSON', async () => {
    const arn = await topic('mail')
    await client.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'email', Endpoint: 'pilot@example.com' }))
    await client.send(new PublishCommand({ TopicArn: arn, Subject: 'Fog ahead', Message: 'Visibility 50 m\nReturn.' }))
    const [eml, json] = await eventually(async () => {
      const names = await outbox(engine.engine.home)
      expect(names.length).toBe(2)
      return names as [string, string]
    })
    expect(eml).toMatch(/^\d{4}-\d\d-\d\dT[\d-]+Z-mail-[0-9a-f]{8}\.eml$/)
    const text = await readFile(join(engine.engine.home, 'outbox', eml), 'utf8')
    expect(text).toContain('To: pilot@example.com\nSubject: Fog ahead\n')
    expect(text).toContain('\n\nVisibility 50 m\nReturn.\n')
    const document: unknown = JSON.parse(await readFile(join(engine.engine.home, 'outbox', json), 'utf8'))
    expect(document).toMatchObject({ to: 'pilot@example.com', TopicArn: arn, Message: 'Visibility 50 m\nReturn.' })
  })

  test('a webhook is sent the notification, raw when asked for, filtered when asked for', async () => {
    const arn = await topic('hooks')
    const whole = await webhook(() => 200)
    const raw = await webhook(() => 204)
    await client.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'http', Endpoint: whole.url }))
    const { SubscriptionArn } = await client.send(
      new SubscribeCommand({
        TopicArn: arn,
        Protocol: 'http',
        Endpoint: raw.url,
        Attributes: { RawMessageDelivery: 'true', FilterPolicy: '{"level":[{"numeric":[">",2]}]}' },
      }),
    )
    const send = (level: string) =>
      client.send(
        new PublishCommand({
          TopicArn: arn,
          Message: `level ${level}`,
          MessageAttributes: { level: { DataType: 'Number', StringValue: level } },
        }),
      )
    const { MessageId } = await send('1')
    await send('3')
    await eventually(() => expect([whole.received.length, raw.received.length]).toEqual([2, 1]))
    const first = whole.received.find(({ body }) => body.includes('level 1'))
    expect(first?.headers['x-amz-sns-message-id']).toBe(MessageId)
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ Type: 'Notification', Message: 'level 1', TopicArn: arn })
    expect(raw.received[0]?.body).toBe('level 3')
    const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))
    expect(Attributes).toMatchObject({ RawMessageDelivery: 'true', PendingConfirmation: 'false' })
    await Promise.all([whole.close(), raw.close()])
  })

  test('a delivery is tried again until the receiver takes it', async () => {
    const arn = await topic('flaky')
    let answers = 0
    const hook = await webhook(() => (++answers < 3 ? 503 : 200))
    await client.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'http', Endpoint: hook.url }))
    await client.send(new PublishCommand({ TopicArn: arn, Message: 'again' }))
    await eventually(() => expect(hook.received.length).toBe(3))
    await hook.close()
  })

  test('texts by protocol', async () => {
    const arn = await topic('structured')
    const hook = await webhook(() => 200)
    await client.send(
      new SubscribeCommand({
        TopicArn: arn,
        Protocol: 'http',
        Endpoint: hook.url,
        Attributes: { RawMessageDelivery: 'true' },
      }),
    )
    const publish = (Message: string) =>
      client.send(new PublishCommand({ TopicArn: arn, Message, MessageStructure: 'json' }))
    await publish('{"default":"d","http":"for the web"}')
    await eventually(() => expect(hook.received[0]?.body).toBe('for the web'))
    await expect(publish('{"http":"x"}')).rejects.toThrow('No default entry')
    await expect(publish('not json')).rejects.toThrow('failed to parse')
    await hook.close()
  })

  test('topics, subscriptions and tags come and go', async () => {
    const arn = await topic('lifecycle')
    expect(await topic('lifecycle')).toBe(arn)
    const subscribe = () =>
      client.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'email', Endpoint: 'a@example.com' }))
    const { SubscriptionArn } = await subscribe()
    expect((await subscribe()).SubscriptionArn).toBe(SubscriptionArn)
    const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn }))
    expect(Subscriptions).toEqual([
      {
        SubscriptionArn,
        TopicArn: arn,
        Protocol: 'email',
        Endpoint: 'a@example.com',
        Owner: engine.engine.accountId,
      },
    ])
    await client.send(
      new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: 'DisplayName', AttributeValue: 'Alerts' }),
    )
    await client.send(new UnsubscribeCommand({ SubscriptionArn }))
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn: arn }))
    expect(Attributes).toMatchObject({
      DisplayName: 'Alerts',
      SubscriptionsConfirmed: '0',
      SubscriptionsDeleted: '1',
    })
    await client.send(
      new TagResourceCommand({
        ResourceArn: arn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    )
    await client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['a'] }))
    expect((await client.send(new ListTagsForResourceCommand({ ResourceArn: arn }))).Tags).toEqual([
      { Key: 'b', Value: '2' },
    ])
    expect((await client.send(new ListTopicsCommand({}))).Topics).toContainEqual({ TopicArn: arn })
    await client.send(new DeleteTopicCommand({ TopicArn: arn }))
    await expect(client.send(new PublishCommand({ TopicArn: arn, Message: 'x' }))).rejects.toThrow(
      'Topic does not exist',
    )
  })

  test('refuses by name what it cannot do', async () => {
    const arn = await topic('strict')
    const subscribe = (Protocol: string, Endpoint: string) =>
      client.send(new SubscribeCommand({ TopicArn: arn, Protocol, Endpoint }))
    await expect(subscribe('sqs', 'arn:aws:sqs:us-east-1:1:q')).rejects.toThrow('protocol "sqs" is not implemented')
    await expect(subscribe('lambda', 'arn:aws:lambda:us-east-1:1:function:f')).rejects.toThrow('"lambda"')
    await expect(subscribe('https', 'https://example.com/hook')).rejects.toThrow('webhooks go to this machine only')
    await expect(subscribe('email', 'nobody')).rejects.toThrow('Email address')
    await expect(topic('queue.fifo')).rejects.toThrow('FIFO topics are not implemented')
    await expect(client.send(new PublishCommand({ PhoneNumber: '+100', Message: 'x' }))).rejects.toThrow(
      'text messages',
    )
    await expect(client.send(new PublishCommand({ TopicArn: arn, Message: 'x'.repeat(262_145) }))).rejects.toThrow(
      'Message too long',
    )
    await expect(
      client.send(new PublishCommand({ TopicArn: arn, Message: 'x', Subject: 'a\nBcc: b' })),
    ).rejects.toThrow('Invalid parameter: Subject')
    await expect(
      client.send(new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: [{ Id: '1', Message: 'x' }] })),
    ).rejects.toThrow('PublishBatch')
    await expect(
      client.send(new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: 'Policy', AttributeValue: '{' })),
    ).rejects.toThrow('Policy Error')
  })
})

test('a message that nobody took yet survives a restart', async () => {
  const home = await mkdtemp(join(tmpdir(), 'skyloop-sns-'))
  const hook = await webhook(() => 500)
  {
    await using first = await startTestEngine({ home })
    const sns = new SNSClient(first.clientConfiguration)
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'restart' }))
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: hook.url }))
    await sns.send(new PublishCommand({ TopicArn, Message: 'still here' }))
    await eventually(() => expect(hook.received.length).toBeGreaterThan(0))
    sns.destroy()
  }
  await hook.close()
  const later = await webhook(() => 200, hook.port)
  await using second = await startTestEngine({ home })
  expect(second.url).toMatch(/^http/)
  await eventually(() => expect(later.received.length).toBe(1))
  expect(later.received[0]?.body).toContain('still here')
  await later.close()
  await second.stop()
  await rm(home, { recursive: true, force: true })
})

test.each([
  ['http://127.0.0.1:8080/a', true],
  ['http://localhost/', true],
  ['https://[::1]:1/', true],
  ['http://127.0.0.1.example.com/', false],
  ['http://example.com/?127.0.0.1', false],
  ['http://0x7f000001/', true],
  ['file:///etc/passwd', false],
  ['nonsense', false],
])('%s leads to this machine: %s', (url, expected) => expect(isLoopbackUrl(url)).toBe(expected))
