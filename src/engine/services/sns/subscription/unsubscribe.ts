import type { UnsubscribeCommandInput, UnsubscribeCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { subscriptions, topics } from '../topic-store.ts'

/**
 * Unsubscribe: ends a subscription; one that does not exist is no error.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 */
export const unsubscribe = operation<UnsubscribeCommandInput, UnsubscribeCommandOutput>({
  permissions: (input) => [
    { action: 'sns:Unsubscribe', resource: input.SubscriptionArn!.split(':').slice(0, 6).join(':') },
  ],
  handle: (input, { engine }) => {
    engine.store.transaction(() => {
      const row = subscriptions(engine).get(input.SubscriptionArn!)
      if (!row) return
      subscriptions(engine).delete(row.arn)
      topics(engine).update(row.topicArn, (topic) => ({
        ...topic,
        deletedSubscriptions: topic.deletedSubscriptions + 1,
      }))
    })
    return {}
  },
})
