import type { Message } from '../message/message.ts'
import type { SubscriptionRow } from '../topic-store.ts'

/** One message for one subscription, as it is queued. */
export interface Notification {
  readonly subscriptionArn: string
  readonly message: Message
}

/** One message on its way to one subscriber. */
export interface Dispatch {
  readonly id: string
  readonly message: Message
  readonly subscription: SubscriptionRow
  /** The text for this protocol. */
  readonly body: string
}

/** The JSON document that AWS sends around a message. */
export function notificationDocument({ message, body }: Dispatch): Record<string, unknown> {
  return {
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: message.topicArn,
    Subject: message.subject,
    Message: body,
    Timestamp: message.time,
    MessageAttributes:
      Object.keys(message.attributes).length === 0
        ? undefined
        : Object.fromEntries(
            Object.entries(message.attributes).map(([name, { type, value }]) => [name, { Type: type, Value: value }]),
          ),
  }
}
