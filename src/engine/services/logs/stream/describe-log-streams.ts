import type { DescribeLogStreamsCommandInput, DescribeLogStreamsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { invalidParameter, noSuchGroup } from '../errors.ts'
import { groupArn, groupNameOf, streamArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { openLogStore } from '../log-store.ts'
import { pageAfter } from '../page.ts'

/**
 * DescribeLogStreams: streams of a group by name, or by the time of their last event.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
 * @throws ResourceNotFoundException
 */
export const describeLogStreams = operation<DescribeLogStreamsCommandInput, DescribeLogStreamsCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:DescribeLogStreams', resource: groupArn(engine, groupNameOf(input)) },
  ],
  handle: (input, { engine }) => {
    const byTime = input.orderBy === 'LastEventTime'
    if (byTime && input.logStreamNamePrefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
    }
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    const group = groupNameOf(input)
    if (!logs.group(group)) throw noSuchGroup()
    const streams = logs.streams(group, input.logStreamNamePrefix ?? '')
    if (byTime) streams.sort((a, b) => (a.lastEventMs ?? 0) - (b.lastEventMs ?? 0))
    if (input.descending) streams.reverse()
    const page = pageAfter(streams, (stream) => stream.name, input.nextToken, input.limit ?? 50)
    return {
      logStreams: page.items.map((stream) => ({
        logStreamName: stream.name,
        creationTime: stream.createdMs,
        firstEventTimestamp: stream.firstEventMs,
        lastEventTimestamp: stream.lastEventMs,
        lastIngestionTime: stream.lastIngestionMs,
        uploadSequenceToken: String(stream.id),
        arn: streamArn(engine, group, stream.name),
        storedBytes: stream.storedBytes,
      })),
      nextToken: page.nextToken,
    }
  },
})
