import type { GetTopicAttributesCommandInput, GetTopicAttributesCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { subscriptionsOf, topicAt } from '../topic-store.ts'

/**
 * GetTopicAttributes: name, policy and counts of a topic.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
 * @throws NotFound
 */
export const getTopicAttributes = operation<GetTopicAttributesCommandInput, GetTopicAttributesCommandOutput>({
  permissions: (input) => [{ action: 'sns:GetTopicAttributes', resource: input.TopicArn! }],
  handle: (input, { engine }) => {
    const topic = topicAt(engine, input.TopicArn!)
    return {
      Attributes: {
        TopicArn: topic.arn,
        Owner: engine.accountId,
        DisplayName: topic.displayName,
        Policy: topic.policy,
        SubscriptionsConfirmed: String(subscriptionsOf(engine, topic.arn).length),
        SubscriptionsPending: '0',
        SubscriptionsDeleted: String(topic.deletedSubscriptions),
      },
    }
  },
})
