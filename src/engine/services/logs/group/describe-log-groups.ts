import type { DescribeLogGroupsCommandInput, DescribeLogGroupsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { invalidParameter } from '../errors.ts'
import { groupArn } from '../log-arn.ts'
import { flushLogs } from '../log-sink.ts'
import { openLogStore } from '../log-store.ts'
import { pageAfter } from '../page.ts'

/**
 * DescribeLogGroups: groups in order of name, by prefix or by a part of the name.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
 */
export const describeLogGroups = operation<DescribeLogGroupsCommandInput, DescribeLogGroupsCommandOutput>({
  permissions: (_input, { engine }) => [{ action: 'logs:DescribeLogGroups', resource: groupArn(engine, '*') }],
  handle: (input, { engine }) => {
    if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
      throw invalidParameter('logGroupNamePrefix and logGroupNamePattern exclude each other.')
    }
    flushLogs(engine)
    const logs = openLogStore(engine.store)
    const part = input.logGroupNamePattern?.toLowerCase() ?? ''
    const matching = logs
      .groups(input.logGroupNamePrefix ?? '')
      .filter((group) => group.name.toLowerCase().includes(part))
    const page = pageAfter(matching, (group) => group.name, input.nextToken, input.limit ?? 50)
    return {
      logGroups: page.items.map((group) => ({
        logGroupName: group.name,
        creationTime: group.createdMs,
        retentionInDays: group.retentionDays,
        metricFilterCount: 0,
        storedBytes: logs.streams(group.name, '').reduce((sum, stream) => sum + stream.storedBytes, 0),
        arn: `${groupArn(engine, group.name)}:*`,
        logGroupArn: groupArn(engine, group.name),
      })),
      nextToken: page.nextToken,
    }
  },
})
