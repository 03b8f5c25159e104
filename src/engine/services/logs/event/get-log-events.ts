import type { GetLogEventsCommandInput, GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { noSuchGroup, noSuchStream } from '../errors.ts'
import { groupNameOf, streamArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { AFTER_ALL, BEFORE_ALL, openLogStore, type LogEventRow } from '../log-store.ts'
import { formatPosition, parsePosition } from '../page.ts'

const DEFAULT_LIMIT = 10_000
const MAX_PAGE_BYTES = 1_048_576

/**
 * GetLogEvents: a page of one stream. Both tokens always come back; the end is reached when a token returns itself.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 * @throws ResourceNotFoundException, InvalidParameterException
 */
export const getLogEvents = operation<GetLogEventsCommandInput, GetLogEventsCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:GetLogEvents', resource: streamArn(engine, groupNameOf(input), input.logStreamName!) },
  ],
  handle: (input, { engine }) => {
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    const group = groupNameOf(input)
    if (!logs.group(group)) throw noSuchGroup()
    const stream = logs.stream(group, input.logStreamName!)
    if (!stream) throw noSuchStream()

    const range = { fromMs: input.startTime ?? 0, untilMs: input.endTime ?? Number.MAX_SAFE_INTEGER }
    const limit = input.limit ?? DEFAULT_LIMIT
    const from = input.nextToken === undefined ? undefined : parsePosition(input.nextToken)
    const forward = from === undefined ? (input.startFromHead ?? false) : from.direction === 'f'
    const rows = forward
      ? withinBytes(logs.forward(stream.id, range, from?.position ?? BEFORE_ALL, limit))
      : withinBytes(logs.backward(stream.id, range, from?.position ?? AFTER_ALL, limit).reverse()).reverse()

    const first = rows[0] ?? from?.position ?? (forward ? BEFORE_ALL : AFTER_ALL)
    const last = rows.at(-1) ?? from?.position ?? BEFORE_ALL
    return {
      events: rows.map((row) => ({ timestamp: row.timeMs, message: row.message, ingestionTime: row.ingestionMs })),
      nextForwardToken: formatPosition('f', last),
      nextBackwardToken: formatPosition('b', first),
    }
  },
})

/** As many rows from the start as fit into one answer, at least one. */
function withinBytes(rows: readonly LogEventRow[]): LogEventRow[] {
  let bytes = 0
  const end = rows.findIndex((row, i) => (bytes += Buffer.byteLength(row.message) + 26) > MAX_PAGE_BYTES && i > 0)
  return rows.slice(0, end < 0 ? rows.length : end)
}
