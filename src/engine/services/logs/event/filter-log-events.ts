import type { FilterLogEventsCommandInput, FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { invalidParameter, noSuchGroup } from '../errors.ts'
import { compileFilterPattern } from '../filter-pattern.ts'
import { groupArn, groupNameOf } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { BEFORE_ALL, openLogStore, type LogEventRow, type LogPosition } from '../log-store.ts'
import { formatPosition, parsePosition } from '../page.ts'

const DEFAULT_LIMIT = 10_000
/** Events examined for one answer; a page may then hold fewer matches than asked for, and still a token. */
const MAX_SCANNED = 100_000

/**
 * FilterLogEvents: events of many streams of a group in order of time, those that match a pattern.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 * Differs: see {@link compileFilterPattern} for the patterns that are refused.
 * @throws ResourceNotFoundException, InvalidParameterException
 */
export const filterLogEvents = operation<FilterLogEventsCommandInput, FilterLogEventsCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:FilterLogEvents', resource: groupArn(engine, groupNameOf(input)) },
  ],
  handle: (input, { engine }) => {
    if (input.logStreamNames && input.logStreamNamePrefix !== undefined) {
      throw invalidParameter('logStreamNames and logStreamNamePrefix exclude each other.')
    }
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    const group = groupNameOf(input)
    if (!logs.group(group)) throw noSuchGroup()
    const matches = compileFilterPattern(input.filterPattern ?? '')
    const wanted = input.logStreamNames && new Set(input.logStreamNames)
    const streams = logs
      .streams(group, input.logStreamNamePrefix ?? '')
      .filter((stream) => !wanted || wanted.has(stream.name))
    const nameOf = new Map(streams.map((stream) => [stream.id, stream.name]))
    // The end of a filter is inclusive, unlike that of GetLogEvents.
    const range = { fromMs: input.startTime ?? 0, untilMs: (input.endTime ?? Number.MAX_SAFE_INTEGER - 1) + 1 }
    const limit = input.limit ?? DEFAULT_LIMIT

    let position: LogPosition = input.nextToken === undefined ? BEFORE_ALL : parsePosition(input.nextToken).position
    const found: LogEventRow[] = []
    let scanned = 0
    let exhausted = false
    while (found.length < limit && scanned < MAX_SCANNED && !exhausted) {
      const rows = logs.merged([...nameOf.keys()], range, position, 5000)
      exhausted = rows.length < 5000
      for (const row of rows) {
        scanned++
        position = row
        if (matches(row.message)) found.push(row)
        if (found.length === limit) {
          exhausted = false
          break
        }
      }
    }
    return {
      events: found.map((row) => ({
        logStreamName: nameOf.get(row.streamId),
        timestamp: row.timeMs,
        message: row.message,
        ingestionTime: row.ingestionMs,
        eventId: `${row.streamId}-${row.timeMs}-${row.seq}`,
      })),
      searchedLogStreams: [],
      nextToken: exhausted ? undefined : formatPosition('f', position),
    }
  },
})
