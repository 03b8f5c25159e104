import type { SubscribeCommandInput, SubscribeCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { isLoopbackUrl } from '../delivery/webhook.ts'
import {
  invalidParameter,
  SUBSCRIPTION_PROTOCOLS,
  subscriptions,
  subscriptionsOf,
  topicAt,
  type SubscriptionProtocol,
  type SubscriptionRow,
} from '../topic-store.ts'
import { withSubscriptionAttribute } from './subscription-attributes.ts'

/**
 * Subscribe: sends a topic's messages to an e-mail address (the outbox folder) or to a webhook on this machine. The
 * same protocol and endpoint twice is one subscription.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 * Differs: confirmed at once, since mail and webhooks stay on this machine; other protocols and other hosts are
 * refused by name.
 * @throws NotFound, InvalidParameter
 */
export const subscribe = operation<SubscribeCommandInput, SubscribeCommandOutput>({
  permissions: (input) => [
    {
      action: 'sns:Subscribe',
      resource: input.TopicArn!,
      context: {
        'sns:Protocol': input.Protocol!,
        ...(input.Endpoint === undefined ? {} : { 'sns:Endpoint': input.Endpoint }),
      },
    },
  ],
  handle: (input, { engine }) => {
    const topic = topicAt(engine, input.TopicArn!)
    const protocol = readProtocol(input.Protocol!)
    const endpoint = input.Endpoint ?? ''
    checkEndpoint(protocol, endpoint)
    const same = subscriptionsOf(engine, topic.arn).find(
      (row) => row.protocol === protocol && row.endpoint === endpoint,
    )
    if (same) return { SubscriptionArn: same.arn }
    const fresh: SubscriptionRow = {
      arn: `${topic.arn}:${engine.ids.uuid()}`,
      topicArn: topic.arn,
      protocol,
      endpoint,
      owner: engine.accountId,
      rawMessageDelivery: false,
      filterPolicy: undefined,
      filterPolicyScope: 'MessageAttributes',
    }
    const row = Object.entries(input.Attributes ?? {}).reduce(
      (made, [name, value]) => withSubscriptionAttribute(made, name, value),
      fresh,
    )
    subscriptions(engine).put(row.arn, row)
    return { SubscriptionArn: row.arn }
  },
})

function readProtocol(text: string): SubscriptionProtocol {
  const protocol = SUBSCRIPTION_PROTOCOLS.find((known) => known === text)
  if (!protocol) {
    throw invalidParameter(
      `Protocol Reason: protocol "${text}" is not implemented; ${SUBSCRIPTION_PROTOCOLS.join(', ')} are`,
    )
  }
  return protocol
}

function checkEndpoint(protocol: SubscriptionProtocol, endpoint: string): void {
  if (protocol === 'email' || protocol === 'email-json') {
    if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(endpoint)) throw invalidParameter('Email address')
    return
  }
  if (!endpoint.startsWith(`${protocol}://`)) {
    throw invalidParameter('Endpoint must match the specified protocol')
  }
  if (!isLoopbackUrl(endpoint)) {
    throw invalidParameter(
      `Endpoint Reason: webhooks go to this machine only (127.0.0.1, ::1, localhost), given "${endpoint}"`,
    )
  }
}
