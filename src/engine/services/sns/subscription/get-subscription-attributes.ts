import type { GetSubscriptionAttributesCommandInput, GetSubscriptionAttributesCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { subscriptionAt } from '../topic-store.ts'

/**
 * GetSubscriptionAttributes: settings of one subscription.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html
 * @throws NotFound
 */
export const getSubscriptionAttributes = operation<
  GetSubscriptionAttributesCommandInput,
  GetSubscriptionAttributesCommandOutput
>({
  permissions: (input) => [
    { action: 'sns:GetSubscriptionAttributes', resource: input.SubscriptionArn!.split(':').slice(0, 6).join(':') },
  ],
  handle: (input, { engine }) => {
    const row = subscriptionAt(engine, input.SubscriptionArn!)
    return {
      Attributes: {
        SubscriptionArn: row.arn,
        TopicArn: row.topicArn,
        Owner: row.owner,
        Protocol: row.protocol,
        Endpoint: row.endpoint,
        PendingConfirmation: 'false',
        ConfirmationWasAuthenticated: 'true',
        RawMessageDelivery: String(row.rawMessageDelivery),
        ...(row.filterPolicy === undefined
          ? {}
          : { FilterPolicy: row.filterPolicy, FilterPolicyScope: row.filterPolicyScope }),
      },
    }
  },
})
