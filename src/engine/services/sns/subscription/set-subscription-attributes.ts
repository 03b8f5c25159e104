import type { SetSubscriptionAttributesCommandInput, SetSubscriptionAttributesCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { subscriptionAt, subscriptions } from '../topic-store.ts'
import { withSubscriptionAttribute } from './subscription-attributes.ts'

/**
 * SetSubscriptionAttributes: `RawMessageDelivery`, `FilterPolicy` or `FilterPolicyScope`.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
 * Differs: every other attribute is refused by name.
 * @throws NotFound, InvalidParameter
 */
export const setSubscriptionAttributes = operation<
  SetSubscriptionAttributesCommandInput,
  SetSubscriptionAttributesCommandOutput
>({
  permissions: (input) => [
    { action: 'sns:SetSubscriptionAttributes', resource: input.SubscriptionArn!.split(':').slice(0, 6).join(':') },
  ],
  handle: (input, { engine }) => {
    const row = subscriptionAt(engine, input.SubscriptionArn!)
    subscriptions(engine).put(row.arn, withSubscriptionAttribute(row, input.AttributeName!, input.AttributeValue ?? ''))
    return {}
  },
})
