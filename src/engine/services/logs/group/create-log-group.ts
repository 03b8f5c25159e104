import type { CreateLogGroupCommandInput, CreateLogGroupCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { operation } from '../../../wire/operation.ts'
import { alreadyExists } from '../errors.ts'
import { checkName, groupArn } from '../log-arn.ts'
import { openLogStore } from '../log-store.ts'

/**
 * CreateLogGroup: makes an empty group that keeps its events until a retention is set.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
 * Differs: `kmsKeyId` and `logGroupClass` are accepted and have no effect.
 * @throws ResourceAlreadyExistsException
 */
export const createLogGroup = operation<CreateLogGroupCommandInput, CreateLogGroupCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'logs:CreateLogGroup', resource: groupArn(engine, input.logGroupName!) },
  ],
  handle: (input, { engine }) => {
    const name = input.logGroupName!
    checkName('logGroupName', name)
    const made = openLogStore(engine.store).createGroup(name, engine.clock.now().getTime(), input.tags ?? {})
    if (!made) throw alreadyExists('group')
    return {}
  },
})
