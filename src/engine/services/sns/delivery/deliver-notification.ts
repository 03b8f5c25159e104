import type { Engine } from '../../../engine.ts'
import type { Delivery } from '../../events/delivery/delivery-queue.ts'
import { subscriptions, type SubscriptionProtocol } from '../topic-store.ts'
import type { Dispatch, Notification } from './dispatch.ts'
import { writeToOutbox } from './outbox.ts'
import { postToWebhook } from './webhook.ts'

const DELIVER: Readonly<
  Record<SubscriptionProtocol, (engine: Engine, dispatch: Dispatch, stopping: AbortSignal) => Promise<void>>
> = {
  email: writeToOutbox,
  'email-json': writeToOutbox,
  http: postToWebhook,
  https: postToWebhook,
}

/** Delivers one notification; one whose subscription is gone by now has nobody to reach and ends here. */
export async function deliverNotification(
  engine: Engine,
  delivery: Delivery<Notification>,
  stopping: AbortSignal,
): Promise<void> {
  const { subscriptionArn, message } = delivery.payload
  const subscription = subscriptions(engine).get(subscriptionArn)
  if (!subscription) return
  const body = message.bodies[subscription.protocol] ?? message.bodies['default'] ?? message.body
  await DELIVER[subscription.protocol](engine, { id: delivery.id, message, subscription, body }, stopping)
}
