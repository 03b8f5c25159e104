import * as sdk from '@aws-sdk/client-sns'
import type { Engine } from '../../engine.ts'
import type { SchemaService } from '../../wire/operation.ts'
import { publish } from './message/publish.ts'
import { notifierOf } from './notifier.ts'
import { getSubscriptionAttributes } from './subscription/get-subscription-attributes.ts'
import { listSubscriptions, listSubscriptionsByTopic } from './subscription/list-subscriptions.ts'
import { setSubscriptionAttributes } from './subscription/set-subscription-attributes.ts'
import { subscribe } from './subscription/subscribe.ts'
import { unsubscribe } from './subscription/unsubscribe.ts'
import { createTopic } from './topic/create-topic.ts'
import { deleteTopic } from './topic/delete-topic.ts'
import { getTopicAttributes } from './topic/get-topic-attributes.ts'
import { listTopics } from './topic/list-topics.ts'
import { setTopicAttributes } from './topic/set-topic-attributes.ts'
import { listTagsForResource, tagResource, untagResource } from './topic/tags.ts'

/** SNS on the wire. Carrying messages to subscribers is the notifier's work. */
export function createSnsService(engine: Engine): {
  readonly service: SchemaService
  start(): Promise<void>
  stop(): Promise<void>
} {
  return {
    service: {
      signingName: 'sns',
      protocol: 'awsQuery',
      sdk,
      operations: {
        CreateTopic: createTopic,
        DeleteTopic: deleteTopic,
        ListTopics: listTopics,
        GetTopicAttributes: getTopicAttributes,
        SetTopicAttributes: setTopicAttributes,
        Subscribe: subscribe,
        Unsubscribe: unsubscribe,
        ListSubscriptions: listSubscriptions,
        ListSubscriptionsByTopic: listSubscriptionsByTopic,
        GetSubscriptionAttributes: getSubscriptionAttributes,
        SetSubscriptionAttributes: setSubscriptionAttributes,
        Publish: publish,
        TagResource: tagResource,
        UntagResource: untagResource,
        ListTagsForResource: listTagsForResource,
      },
    },
    start: async () => notifierOf(engine).start(),
    stop: () => notifierOf(engine).stop(),
  }
}
