import type { DeleteTopicCommandInput, DeleteTopicCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { subscriptions, subscriptionsOf, topics } from '../topic-store.ts'

/**
 * DeleteTopic: removes a topic with its subscriptions; one that does not exist is no error.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
 */
export const deleteTopic = operation<DeleteTopicCommandInput, DeleteTopicCommandOutput>({
  permissions: (input) => [{ action: 'sns:DeleteTopic', resource: input.TopicArn! }],
  handle: (input, { engine }) => {
    engine.store.transaction(() => {
      for (const { arn } of subscriptionsOf(engine, input.TopicArn!)) subscriptions(engine).delete(arn)
      topics(engine).delete(input.TopicArn!)
    })
    return {}
  },
})
