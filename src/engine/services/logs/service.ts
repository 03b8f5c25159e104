import * as sdk from '@aws-sdk/client-cloudwatch-logs'
import type { Engine } from '../../engine.ts'
import type { SchemaService } from '../../wire/operation.ts'
import { filterLogEvents } from './event/filter-log-events.ts'
import { getLogEvents } from './event/get-log-events.ts'
import { putLogEvents } from './event/put-log-events.ts'
import { createLogGroup } from './group/create-log-group.ts'
import { deleteLogGroup } from './group/delete-log-group.ts'
import { describeLogGroups } from './group/describe-log-groups.ts'
import { putRetentionPolicy } from './group/put-retention-policy.ts'
import { createLogStream } from './stream/create-log-stream.ts'
import { deleteLogStream } from './stream/delete-log-stream.ts'
import { describeLogStreams } from './stream/describe-log-streams.ts'

/** CloudWatch Logs on the wire. Retention and the buffer of other services' lines belong to the log sink. */
export function createLogsService(_engine: Engine): { readonly service: SchemaService } {
  return {
    service: {
      signingName: 'logs',
      protocol: 'awsJson1_1',
      sdk,
      operations: {
        CreateLogGroup: createLogGroup,
        DeleteLogGroup: deleteLogGroup,
        DescribeLogGroups: describeLogGroups,
        PutRetentionPolicy: putRetentionPolicy,
        CreateLogStream: createLogStream,
        DeleteLogStream: deleteLogStream,
        DescribeLogStreams: describeLogStreams,
        PutLogEvents: putLogEvents,
        GetLogEvents: getLogEvents,
        FilterLogEvents: filterLogEvents,
      },
    },
  }
}
