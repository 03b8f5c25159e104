import type { DeleteLogStreamCommandInput, DeleteLogStreamCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { noSuchStream } from '../errors.ts'
import { streamArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { openLogStore } from '../log-store.ts'

/**
 * DeleteLogStream: removes the stream with its events.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
 * @throws ResourceNotFoundException
 */
export const deleteLogStream = operation<DeleteLogStreamCommandInput, DeleteLogStreamCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:DeleteLogStream', resource: streamArn(engine, input.logGroupName!, input.logStreamName!) },
  ],
  handle: (input, { engine }) => {
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    if (!logs.stream(input.logGroupName!, input.logStreamName!)) throw noSuchStream()
    logs.deleteStream(input.logGroupName!, input.logStreamName!)
    return {}
  },
})
