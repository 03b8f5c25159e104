import type { DeleteLogGroupCommandInput, DeleteLogGroupCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { noSuchGroup } from '../errors.ts'
import { groupArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { openLogStore } from '../log-store.ts'

/**
 * DeleteLogGroup: removes the group with all its streams and events.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
 * @throws ResourceNotFoundException
 */
export const deleteLogGroup = operation<DeleteLogGroupCommandInput, DeleteLogGroupCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:DeleteLogGroup', resource: groupArn(engine, input.logGroupName!) },
  ],
  handle: (input, { engine }) => {
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    if (!logs.group(input.logGroupName!)) throw noSuchGroup()
    logs.deleteGroup(input.logGroupName!)
    return {}
  },
})
