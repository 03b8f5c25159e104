import type { CreateLogStreamCommandInput, CreateLogStreamCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { alreadyExists, noSuchGroup } from '../errors.ts'
import { checkName, streamArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { openLogStore } from '../log-store.ts'

/**
 * CreateLogStream: makes an empty stream in a group.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
 * @throws ResourceNotFoundException, ResourceAlreadyExistsException
 */
export const createLogStream = operation<CreateLogStreamCommandInput, CreateLogStreamCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:CreateLogStream', resource: streamArn(engine, input.logGroupName!, input.logStreamName!) },
  ],
  handle: (input, { engine }) => {
    checkName('logStreamName', input.logStreamName!)
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    if (!logs.group(input.logGroupName!)) throw noSuchGroup()
    const made = logs.createStream(input.logGroupName!, input.logStreamName!, engine.clock.now().getTime())
    if (!made) throw alreadyExists('stream')
    return {}
  },
})
