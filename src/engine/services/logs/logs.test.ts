import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../testing.ts'
import { compileFilterPattern } from './filter-pattern.ts'

let engine: TestEngine
let client: CloudWatchLogsClient

beforeAll(async () => {
  engine = await startTestEngine()
  client = new CloudWatchLogsClient(engine.clientConfiguration)
})
afterAll(async () => {
  client.destroy()
  await engine.stop()
})

const group = async (logGroupName: string, ...streams: string[]): Promise<void> => {
  await client.send(new CreateLogGroupCommand({ logGroupName }))
  for (const logStreamName of streams) await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
}

describe('CloudWatch Logs', () => {
  test('gives back what was put, page by page in both directions', async () => {
    await group('pages', 's')
    const start = Date.now() - 10_000
    const logEvents = Array.from({ length: 10 }, (_, i) => ({ timestamp: start + i, message: `line ${i}` }))
    await client.send(new PutLogEventsCommand({ logGroupName: 'pages', logStreamName: 's', logEvents }))
    const get = (input: object) =>
      client.send(new GetLogEventsCommand({ logGroupName: 'pages', logStreamName: 's', limit: 4, ...input }))
    const messages = (page: { events?: { message?: string }[] }) => page.events?.map((event) => event.message)

    const head = await get({ startFromHead: true })
    expect(messages(head)).toEqual(['line 0', 'line 1', 'line 2', 'line 3'])
    const second = await get({ nextToken: head.nextForwardToken })
    const third = await get({ nextToken: second.nextForwardToken })
    expect(messages(third)).toEqual(['line 8', 'line 9'])
    const end = await get({ nextToken: third.nextForwardToken })
    expect(end.events).toEqual([])
    expect(end.nextForwardToken).toBe(third.nextForwardToken)
    expect(messages(await get({ nextToken: third.nextBackwardToken }))).toEqual(messages(second))

    const tail = await get({})
    expect(messages(tail)).toEqual(['line 6', 'line 7', 'line 8', 'line 9'])
    expect(messages(await get({ startTime: start + 3, endTime: start + 5, startFromHead: true }))).toEqual([
      'line 3',
      'line 4',
    ])
    await expect(get({ nextToken: 'nonsense' })).rejects.toThrow('The specified nextToken is invalid.')
  })

  test('following a stream with the forward token finds lines that come later', async () => {
    await group('follow', 's')
    const get = (nextToken?: string) =>
      client.send(
        new GetLogEventsCommand({ logGroupName: 'follow', logStreamName: 's', startFromHead: true, nextToken }),
      )
    const empty = await get()
    expect(empty.events).toEqual([])
    engine.engine.logs.append('follow', 's', [{ timeMs: 1000, message: 'one' }])
    const one = await get(empty.nextForwardToken)
    expect(one.events?.map((event) => event.message)).toEqual(['one'])
    engine.engine.logs.append('follow', 's', [{ timeMs: 1000, message: 'two, same millisecond' }])
    const two = await get(one.nextForwardToken)
    expect(two.events?.map((event) => event.message)).toEqual(['two, same millisecond'])
  })

  test('filters over streams in order of time', async () => {
    await group('filter', 'a', 'b')
    const start = Date.now() - 5000
    const put = (logStreamName: string, lines: [number, string][]) =>
      client.send(
        new PutLogEventsCommand({
          logGroupName: 'filter',
          logStreamName,
          logEvents: lines.map(([at, message]) => ({ timestamp: start + at, message })),
        }),
      )
    await put('a', [
      [0, 'epoch=1 ok'],
      [20, 'ERROR disk full'],
    ])
    await put('b', [
      [10, 'epoch=2 ok'],
      [30, 'ERROR network'],
    ])
    const filter = async (input: object) => {
      const pages = paginateFilterLogEvents({ client }, { logGroupName: 'filter', ...input })
      const found: string[] = []
      for await (const page of pages) found.push(...(page.events ?? []).map((e) => `${e.logStreamName}: ${e.message}`))
      return found
    }
    expect(await filter({ limit: 1 })).toEqual([
      'a: epoch=1 ok',
      'b: epoch=2 ok',
      'a: ERROR disk full',
      'b: ERROR network',
    ])
    expect(await filter({ filterPattern: 'ERROR -network' })).toEqual(['a: ERROR disk full'])
    expect(await filter({ filterPattern: '?epoch=1 ?network' })).toEqual(['a: epoch=1 ok', 'b: ERROR network'])
    expect(await filter({ filterPattern: '"disk full"', logStreamNames: ['b'] })).toEqual([])
    expect(await filter({ filterPattern: 'ok', logStreamNamePrefix: 'b' })).toEqual(['b: epoch=2 ok'])
    await expect(
      client.send(new FilterLogEventsCommand({ logGroupName: 'filter', filterPattern: '{ $.a = 1 }' })),
    ).rejects.toThrow('only unstructured terms are implemented')
  })

  test('describes and deletes groups and streams', async () => {
    await group('/jobs/one', 'x', 'y')
    await group('/jobs/two')
    engine.engine.logs.append('/jobs/one', 'x', [{ timeMs: 5, message: 'hello' }])
    const groups = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/jobs/' }))
    expect(groups.logGroups?.map((one) => [one.logGroupName, one.storedBytes])).toEqual([
      ['/jobs/one', 5 + 26],
      ['/jobs/two', 0],
    ])
    const paged = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/jobs/', limit: 1 }))
    const rest = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/jobs/', nextToken: paged.nextToken }),
    )
    expect(rest.logGroups?.map((one) => one.logGroupName)).toEqual(['/jobs/two'])
    const streams = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: '/jobs/one', orderBy: 'LastEventTime', descending: true }),
    )
    expect(streams.logStreams?.[0]).toMatchObject({ logStreamName: 'x', firstEventTimestamp: 5, lastEventTimestamp: 5 })

    await client.send(new DeleteLogStreamCommand({ logGroupName: '/jobs/one', logStreamName: 'x' }))
    await expect(
      client.send(new GetLogEventsCommand({ logGroupName: '/jobs/one', logStreamName: 'x' })),
    ).rejects.toThrow('The specified log stream does not exist.')
    await client.send(new DeleteLogGroupCommand({ logGroupName: '/jobs/one' }))
    await expect(client.send(new DescribeLogStreamsCommand({ logGroupName: '/jobs/one' }))).rejects.toThrow(
      'The specified log group does not exist.',
    )
  })

  test('refuses what AWS refuses', async () => {
    await group('strict', 's')
    await expect(group('strict')).rejects.toThrow('The specified log group already exists')
    await expect(group('with space')).rejects.toThrow('must satisfy regular expression pattern')
    const put = (...times: number[]) =>
      client.send(
        new PutLogEventsCommand({
          logGroupName: 'strict',
          logStreamName: 's',
          logEvents: times.map((timestamp) => ({ timestamp, message: 'x' })),
        }),
      )
    const now = Date.now()
    await expect(put(now, now - 1)).rejects.toThrow('must be in chronological order')
    await expect(put(now - 90_000_000, now)).rejects.toThrow('cannot span more than 24 hours')
    const fortnight = 15 * 86_400_000
    expect((await put(now - fortnight)).rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 })
    expect((await put(now, now + 3 * 3_600_000)).rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 })
    await expect(
      client.send(new TestMetricFilterCommand({ filterPattern: 'a', logEventMessages: ['a'] })),
    ).rejects.toThrow('TestMetricFilter')
  })

  test('a retention policy deletes older events', async () => {
    engine.engine.logs.append('keep', 's', [
      { timeMs: Date.now() - 2 * 86_400_000, message: 'old' },
      { timeMs: Date.now(), message: 'new' },
    ])
    const retain = (retentionInDays: number) =>
      client.send(new PutRetentionPolicyCommand({ logGroupName: 'keep', retentionInDays }))
    await expect(retain(2)).rejects.toThrow('retentionInDays must be one of')
    await retain(1)
    const left = await client.send(new FilterLogEventsCommand({ logGroupName: 'keep' }))
    expect(left.events?.map((event) => event.message)).toEqual(['new'])
  })
})

test('lines of services survive a restart, thousands at once', async () => {
  const home = await mkdtemp(join(tmpdir(), 'skyloop-logs-'))
  const lines = Array.from({ length: 5000 }, (_, i) => ({ timeMs: 1000 + i, message: `line ${i}` }))
  {
    await using first = await startTestEngine({ home })
    for (let i = 0; i < lines.length; i += 50) first.engine.logs.append('jobs', 'job', lines.slice(i, i + 50))
  }
  await using second = await startTestEngine({ home })
  const logs = new CloudWatchLogsClient(second.clientConfiguration)
  const page = await logs.send(
    new GetLogEventsCommand({ logGroupName: 'jobs', logStreamName: 'job', startFromHead: true }),
  )
  logs.destroy()
  expect(page.events?.map((event) => event.message)).toEqual(lines.map((line) => line.message))
  await second.stop()
  await rm(home, { recursive: true, force: true })
})

test('filter patterns hold quotes and refuse half a quote', () => {
  expect(compileFilterPattern('')('anything')).toBe(true)
  expect(compileFilterPattern('"a \\"b\\""')('say a "b" now')).toBe(true)
  expect(() => compileFilterPattern('a"b')).toThrow('Invalid filter pattern')
})
