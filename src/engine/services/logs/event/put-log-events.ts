import type { PutLogEventsCommandInput, PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { invalidParameter, noSuchGroup, noSuchStream } from '../errors.ts'
import { streamArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { openLogStore } from '../log-store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MAX_EVENTS = 10_000

/**
 * PutLogEvents: adds events, already in order of time, to one stream. Events older than 14 days (or than the group's
 * retention) or more than two hours ahead are rejected one by one and reported; the rest is stored.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 * @throws InvalidParameterException when events are out of order, too many or span more than a day
 */
export const putLogEvents = operation<PutLogEventsCommandInput, PutLogEventsCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:PutLogEvents', resource: streamArn(engine, input.logGroupName!, input.logStreamName!) },
  ],
  handle: (input, { engine }) => {
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    const group = logs.group(input.logGroupName!)
    if (!group) throw noSuchGroup()
    const stream = logs.stream(group.name, input.logStreamName!)
    if (!stream) throw noSuchStream()

    const events = input.logEvents!.map((event) => ({ timeMs: event.timestamp!, message: event.message! }))
    if (events.length > MAX_EVENTS)
      throw invalidParameter(`At most ${MAX_EVENTS} events a call, given ${events.length}`)
    if (events.some((event, i) => i > 0 && event.timeMs < events[i - 1]!.timeMs)) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.')
    }
    if (events.length > 0 && events.at(-1)!.timeMs - events[0]!.timeMs > DAY_MS) {
      throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.')
    }

    const nowMs = engine.clock.now().getTime()
    const oldestMs = nowMs - 14 * DAY_MS
    const retainedMs = group.retentionDays === undefined ? oldestMs : nowMs - group.retentionDays * DAY_MS
    const newestMs = nowMs + 2 * HOUR_MS
    const tooOld = events.filter((event) => event.timeMs < oldestMs).length
    const expired = events.filter((event) => event.timeMs < retainedMs).length
    const tooNew = events.findIndex((event) => event.timeMs > newestMs)
    const first = Math.max(tooOld, expired)
    logs.append(stream.id, events.slice(first, tooNew < 0 ? undefined : tooNew), nowMs)
    return {
      nextSequenceToken: String(stream.id),
      rejectedLogEventsInfo:
        first === 0 && tooNew < 0
          ? undefined
          : {
              tooOldLogEventEndIndex: tooOld > 0 ? tooOld : undefined,
              expiredLogEventEndIndex: expired > tooOld ? expired : undefined,
              tooNewLogEventStartIndex: tooNew < 0 ? undefined : tooNew,
            },
    }
  },
})
