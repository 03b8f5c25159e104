import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  TestEventPatternCommand,
  UntagResourceCommand,
  type Target,
} from '@aws-sdk/client-eventbridge'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { startTestEngine, type TestEngine } from '../../testing.ts'
import { eventBusOf } from './event-bus.ts'

/** Repeats a check until it passes; the limit guards against hangs. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 50 })

let engine: TestEngine
let events: EventBridgeClient
let logs: CloudWatchLogsClient
let sns: SNSClient
let iam: IAMClient

beforeAll(async () => {
  engine = await startTestEngine()
  events = new EventBridgeClient(engine.clientConfiguration)
  logs = new CloudWatchLogsClient(engine.clientConfiguration)
  sns = new SNSClient(engine.clientConfiguration)
  iam = new IAMClient(engine.clientConfiguration)
})
afterAll(async () => {
  for (const client of [events, logs, sns, iam]) client.destroy()
  await engine.stop()
})

const logArn = (name: string) => `arn:aws:logs:us-east-1:000000000000:log-group:${name}`
const rule = (Name: string, pattern: unknown) =>
  events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }))
const targets = (Rule: string, ...Targets: Target[]) => events.send(new PutTargetsCommand({ Rule, Targets }))
const put = (Source: string, DetailType: string, detail: unknown) =>
  events.send(new PutEventsCommand({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] }))
const messages = async (logGroupName: string, client = logs): Promise<string[]> => {
  const found = await client.send(new FilterLogEventsCommand({ logGroupName }))
  return (found.events ?? []).map((event) => event.message ?? '')
}

describe('EventBridge', () => {
  test('an event reaches the targets of the rules that match it, and no others', async () => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/events/seen' }))
    await rule('seen', { source: ['skyloop.test'], detail: { count: [{ numeric: ['>', 1] }] } })
    await targets('seen', { Id: 'log', Arn: logArn('/aws/events/seen') })
    const answer = await events.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'skyloop.test', DetailType: 'Counted', Detail: '{"count":1}' },
          { Source: 'skyloop.test', DetailType: 'Counted', Detail: '{"count":2}', Resources: ['arn:x'] },
        ],
      }),
    )
    await eventually(async () => expect((await messages('/aws/events/seen')).length).toBe(1))
    const [text] = await messages('/aws/events/seen')
    expect(JSON.parse(text ?? '')).toEqual({
      version: '0',
      id: answer.Entries?.[1]?.EventId,
      'detail-type': 'Counted',
      source: 'skyloop.test',
      account: '000000000000',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      region: 'us-east-1',
      resources: ['arn:x'],
      detail: { count: 2 },
    })
  })

  test('a disabled rule is silent until it is enabled again', async () => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'switch' }))
    await rule('switch', { source: ['skyloop.switch'] })
    await targets('switch', { Id: 'log', Arn: logArn('switch'), InputPath: '$.detail.n' })
    await events.send(new DisableRuleCommand({ Name: 'switch' }))
    await put('skyloop.switch', 'x', { n: 1 })
    await events.send(new EnableRuleCommand({ Name: 'switch' }))
    await put('skyloop.switch', 'x', { n: 2 })
    await eventually(async () => expect(await messages('switch')).toEqual(['2']))
  })

  test('a topic is told only when its policy or a role allows it', async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'told' }))
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' }))
    await rule('told', { source: ['skyloop.told'] })
    const InputTransformer = { InputPathsMap: { who: '$.detail.who' }, InputTemplate: '"Hello <who>"' }
    await targets('told', { Id: 'topic', Arn: TopicArn, InputTransformer })
    await put('skyloop.told', 'x', { who: 'nobody' })
    await eventually(async () => {
      const [failure] = await messages('/aws/events/failed-deliveries')
      expect(JSON.parse(failure ?? '{}')).toMatchObject({
        rule: 'told',
        targetId: 'topic',
        attempts: 1,
        reason: expect.stringContaining('no statement of the topic policy allows it') as string,
      })
    })

    const policy = (sourceArn: string) => ({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: TopicArn,
          Condition: { ArnEquals: { 'aws:SourceArn': sourceArn } },
        },
      ],
    })
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify(policy('arn:aws:events:us-east-1:000000000000:rule/told')),
      }),
    )
    await put('skyloop.told', 'x', { who: 'pilot' })
    const outbox = join(engine.engine.home, 'outbox')
    const mail = await eventually(async () => {
      const name = (await readdir(outbox)).find((one) => one.endsWith('.eml'))
      return readFile(join(outbox, name ?? 'none yet'), 'utf8')
    })
    expect(mail).toContain('"Hello pilot"')
    expect(mail).not.toContain('nobody')

    await iam.send(
      new CreateRoleCommand({
        RoleName: 'Teller',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        }),
      }),
    )
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'Teller',
        PolicyName: 'tell',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: TopicArn }],
        }),
      }),
    )
    const RoleArn = 'arn:aws:iam::000000000000:role/Teller'
    await targets('told', { Id: 'topic', Arn: TopicArn, InputTransformer, RoleArn })
    await put('skyloop.told', 'x', { who: 'engineer' })
    await eventually(async () => {
      const names = (await readdir(outbox)).filter((one) => one.endsWith('.eml')).sort()
      expect(await readFile(join(outbox, names[1] ?? 'none yet'), 'utf8')).toContain('"Hello engineer"')
    })
  })

  test('targets that cannot be invoked are refused at once, all problems together', async () => {
    await rule('strict', { source: ['x'] })
    const refusal = targets(
      'strict',
      { Id: 'queue', Arn: 'arn:aws:sqs:us-east-1:000000000000:q' },
      { Id: 'pipeline', Arn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/p' },
      { Id: 'elsewhere', Arn: 'arn:aws:sns:eu-west-1:000000000000:t' },
      { Id: 'dead', Arn: logArn('g'), DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:q' } },
    )
    await expect(refusal).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(refusal).rejects.toThrow(/queue: targets of service "sqs" are not implemented/)
    await expect(refusal).rejects.toThrow(/pipeline: RoleArn is required/)
    await expect(refusal).rejects.toThrow(/elsewhere: .* is in another account or region/)
    await expect(refusal).rejects.toThrow(/dead: DeadLetterConfig is not implemented/)
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: 'strict' }))).Targets).toEqual([])
    await expect(targets('none', { Id: 'a', Arn: logArn('g') })).rejects.toThrow('Rule none does not exist')
    const six = Array.from({ length: 6 }, (_, i) => ({ Id: `t${i}`, Arn: logArn('g') }))
    await expect(targets('strict', ...six)).rejects.toThrow('at most 5 targets')
  })

  test('rules, targets and tags come and go', async () => {
    const { RuleArn } = await rule('life', { source: ['x'] })
    await events.send(new PutRuleCommand({ Name: 'life', ScheduleExpression: 'rate(1 day)', Description: 'daily' }))
    expect(await events.send(new DescribeRuleCommand({ Name: 'life' }))).toMatchObject({
      Arn: RuleArn,
      Description: 'daily',
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      EventBusName: 'default',
    })
    expect((await events.send(new ListRulesCommand({ NamePrefix: 'li', Limit: 1 }))).Rules).toMatchObject([
      { Name: 'life' },
    ])
    await targets('life', { Id: 'a', Arn: logArn('g') }, { Id: 'b', Arn: logArn('g') })
    await expect(events.send(new DeleteRuleCommand({ Name: 'life' }))).rejects.toThrow('since it has targets')
    const removed = await events.send(new RemoveTargetsCommand({ Rule: 'life', Ids: ['a', 'b', 'c'] }))
    expect(removed.FailedEntries).toMatchObject([{ TargetId: 'c', ErrorCode: 'ResourceNotFoundException' }])
    const ResourceARN = RuleArn as string
    await events.send(
      new TagResourceCommand({
        ResourceARN,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    )
    await events.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['b'] }))
    expect((await events.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual([
      { Key: 'a', Value: '1' },
    ])
    await events.send(new DeleteRuleCommand({ Name: 'life' }))
    await expect(events.send(new DescribeRuleCommand({ Name: 'life' }))).rejects.toThrow('Rule life does not exist')
  })

  test('refuses what AWS refuses', async () => {
    const answer = await events.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'aws.sagemaker', DetailType: 'x', Detail: '{}' },
          { Source: 'mine', DetailType: 'x', Detail: 'not json' },
          { Source: 'mine', Detail: '{}' },
        ],
      }),
    )
    expect(answer.FailedEntryCount).toBe(3)
    expect(answer.Entries?.map((entry) => entry.ErrorCode)).toEqual([
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'InvalidArgument',
    ])
    await expect(rule('bad', { source: 'x' })).rejects.toMatchObject({ name: 'InvalidEventPatternException' })
    await expect(events.send(new PutRuleCommand({ Name: 'none' }))).rejects.toThrow('must be specified')
    await expect(
      events.send(new PutRuleCommand({ Name: 'a', EventPattern: '{"source":["x"]}', EventBusName: 'other' })),
    ).rejects.toThrow('Event bus other does not exist.')
    await expect(events.send(new CreateEventBusCommand({ Name: 'other' }))).rejects.toThrow('CreateEventBus')
  })

  test('TestEventPattern answers without a rule', async () => {
    const ask = (EventPattern: string, extra: object) =>
      events.send(
        new TestEventPatternCommand({
          EventPattern,
          Event: JSON.stringify({
            id: '1',
            account: '1',
            source: 's',
            time: 't',
            region: 'r',
            resources: [],
            ...extra,
          }),
        }),
      )
    expect((await ask('{"source":["s"]}', { 'detail-type': 'd' })).Result).toBe(true)
    expect((await ask('{"source":["t"]}', { 'detail-type': 'd' })).Result).toBe(false)
    await expect(ask('{"source":["s"]}', {})).rejects.toThrow('the event lacks detail-type')
  })
})

test('a schedule fires when its time has come, also after the engine was down', async () => {
  const home = await mkdtemp(join(tmpdir(), 'skyloop-schedule-'))
  let offsetMs = 0
  const clock = { now: () => new Date(systemClock.now().getTime() + offsetMs) }
  {
    await using first = await startTestEngine({ home, clock })
    const client = new EventBridgeClient(first.clientConfiguration)
    const log = new CloudWatchLogsClient(first.clientConfiguration)
    await log.send(new CreateLogGroupCommand({ logGroupName: 'ticks' }))
    await client.send(new PutRuleCommand({ Name: 'tick', ScheduleExpression: 'rate(1 minute)' }))
    await client.send(
      new PutTargetsCommand({
        Rule: 'tick',
        Targets: [{ Id: 'log', Arn: logArn('ticks'), InputPath: '$.detail-type' }],
      }),
    )
    eventBusOf(first.engine).reschedule()
    expect(await messages('ticks', log)).toEqual([])
    client.destroy()
    log.destroy()
  }
  offsetMs = 61_000
  // Keys are signed with the machine's own clock, so the engine's answers are read from its database.
  await using second = await startTestEngine({ home, clock })
  await eventually(() => {
    const rows = second.engine.store.database.prepare('SELECT message FROM log_event').all()
    expect(rows).toEqual([{ message: '"Scheduled Event"' }])
  })
  await second.stop()
  await rm(home, { recursive: true, force: true })
})

test('an event published right before a kill -9 is delivered after the restart', async () => {
  const home = await mkdtemp(join(tmpdir(), 'skyloop-kill-'))
  {
    await using first = await startTestEngine({ home })
    const client = new EventBridgeClient(first.clientConfiguration)
    const log = new CloudWatchLogsClient(first.clientConfiguration)
    await log.send(new CreateLogGroupCommand({ logGroupName: 'after' }))
    await client.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["skyloop.kill"]}' }))
    await client.send(
      new PutTargetsCommand({
        Rule: 'r',
        Targets: [{ Id: 'log', Arn: logArn('after'), InputPath: '$.detail.n' }],
      }),
    )
    client.destroy()
    log.destroy()
  }
  const start = JSON.stringify(new URL('../../start.ts', import.meta.url).href)
  const script = `
    const { startEngine } = await import(${start})
    const { engine, ready } = await startEngine({ home: process.argv[1], port: 0 })
    await ready
    engine.events.publish({ source: 'skyloop.kill', detailType: 'x', resources: [], detail: { n: 7 } })
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, home], { stdio: 'inherit' })
  const signal = await new Promise((resolve) => child.on('exit', (_code, name) => resolve(name)))
  expect(signal).toBe('SIGKILL')

  await using second = await startTestEngine({ home })
  const log = new CloudWatchLogsClient(second.clientConfiguration)
  await eventually(async () => expect(await messages('after', log)).toEqual(['7']))
  log.destroy()
  await second.stop()
  await rm(home, { recursive: true, force: true })
})
