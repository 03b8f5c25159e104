import * as sdk from '@aws-sdk/client-eventbridge'
import type { Engine } from '../../engine.ts'
import type { SchemaService } from '../../wire/operation.ts'
import { eventBusOf } from './event-bus.ts'
import { putEvents } from './event/put-events.ts'
import { testEventPattern } from './event/test-event-pattern.ts'
import { deleteRule } from './rule/delete-rule.ts'
import { describeRule } from './rule/describe-rule.ts'
import { disableRule } from './rule/disable-rule.ts'
import { enableRule } from './rule/enable-rule.ts'
import { listRules } from './rule/list-rules.ts'
import { putRule } from './rule/put-rule.ts'
import { listTagsForResource, tagResource, untagResource } from './tag/tags.ts'
import { listTargetsByRule } from './target/list-targets-by-rule.ts'
import { putTargets } from './target/put-targets.ts'
import { removeTargets } from './target/remove-targets.ts'

/** EventBridge on the wire. Matching, schedules and deliveries are the event bus's work. */
export function createEventsService(engine: Engine): {
  readonly service: SchemaService
  start(): Promise<void>
  stop(): Promise<void>
} {
  return {
    service: {
      signingName: 'events',
      protocol: 'awsJson1_1',
      sdk,
      operations: {
        PutRule: putRule,
        DescribeRule: describeRule,
        ListRules: listRules,
        EnableRule: enableRule,
        DisableRule: disableRule,
        DeleteRule: deleteRule,
        PutTargets: putTargets,
        ListTargetsByRule: listTargetsByRule,
        RemoveTargets: removeTargets,
        PutEvents: putEvents,
        TestEventPattern: testEventPattern,
        TagResource: tagResource,
        UntagResource: untagResource,
        ListTagsForResource: listTagsForResource,
      },
    },
    start: async () => eventBusOf(engine).start(),
    stop: () => eventBusOf(engine).stop(),
  }
}
