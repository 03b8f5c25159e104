import type { PutRetentionPolicyCommandInput, PutRetentionPolicyCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { invalidParameter, noSuchGroup } from '../errors.ts'
import { groupArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { openLogStore } from '../log-store.ts'

/** @source the operation's documentation: the values that `retentionInDays` may have */
const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]

/**
 * PutRetentionPolicy: events older than so many days are deleted, at once and then hourly.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 * @throws ResourceNotFoundException, InvalidParameterException
 */
export const putRetentionPolicy = operation<PutRetentionPolicyCommandInput, PutRetentionPolicyCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:PutRetentionPolicy', resource: groupArn(engine, input.logGroupName!) },
  ],
  handle: (input, { engine }) => {
    const days = input.retentionInDays!
    if (!DAYS.includes(days)) throw invalidParameter(`retentionInDays must be one of ${DAYS.join(', ')}, given ${days}`)
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    if (!logs.group(input.logGroupName!)) throw noSuchGroup()
    logs.setRetention(input.logGroupName!, days)
    logs.expire(engine.clock.now().getTime())
    return {}
  },
})
