import type {
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsByTopicCommandOutput,
  ListSubscriptionsCommandInput,
  ListSubscriptionsCommandOutput,
} from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { pageOf } from '../../events/page.ts'
import { subscriptions, topicArn, topicAt, type SubscriptionRow } from '../topic-store.ts'

const summary = ({ value: row }: { readonly value: SubscriptionRow }) => ({
  SubscriptionArn: row.arn,
  Owner: row.owner,
  Protocol: row.protocol,
  Endpoint: row.endpoint,
  TopicArn: row.topicArn,
})

/**
 * ListSubscriptions: a hundred at a time, of all topics.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html
 */
export const listSubscriptions = operation<ListSubscriptionsCommandInput, ListSubscriptionsCommandOutput>({
  permissions: (_input, { engine }) => [{ action: 'sns:ListSubscriptions', resource: topicArn(engine, '*') }],
  handle: (input, { engine }) => {
    const page = pageOf(subscriptions(engine).list(), input.NextToken, 100)
    return { Subscriptions: page.items.map(summary), NextToken: page.nextToken }
  },
})

/**
 * ListSubscriptionsByTopic: a hundred at a time, of one topic.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
 * @throws NotFound
 */
export const listSubscriptionsByTopic = operation<
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsByTopicCommandOutput
>({
  permissions: (input) => [{ action: 'sns:ListSubscriptionsByTopic', resource: input.TopicArn! }],
  handle: (input, { engine }) => {
    const { arn } = topicAt(engine, input.TopicArn!)
    const page = pageOf(subscriptions(engine).list(`${arn}:`), input.NextToken, 100)
    return { Subscriptions: page.items.map(summary), NextToken: page.nextToken }
  },
})
