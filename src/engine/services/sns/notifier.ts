import type { Engine } from '../../engine.ts'
import { createDeliveryQueue, type DeliveryQueue } from '../events/delivery/delivery-queue.ts'
import { deliverNotification } from './delivery/deliver-notification.ts'
import type { Notification } from './delivery/dispatch.ts'
import { passesFilter } from './delivery/filter-policy.ts'
import type { Message } from './message/message.ts'
import { subscriptionsOf } from './topic-store.ts'

/** Carries published messages to subscribers. Needs no SDK module, so that an engine can start it before any request. */
export interface Notifier {
  /** Queues a message for every subscription whose filter lets it pass; durable when it returns. */
  publish(message: Message): void
  readonly deliveries: Pick<DeliveryQueue<Notification>, 'pending' | 'failures'>
  start(): void
  stop(): Promise<void>
}

const MAX_ATTEMPTS = 6
const MAX_AGE_MS = 3_600_000

const notifiers = new WeakMap<Engine['store'], Notifier>()

/** The notifier of an engine; made at its first use. */
export function notifierOf(engine: Engine): Notifier {
  const known = notifiers.get(engine.store)
  if (known) return known
  const made = createNotifier(engine)
  notifiers.set(engine.store, made)
  return made
}

function createNotifier(engine: Engine): Notifier {
  const queue = createDeliveryQueue<Notification>(engine, {
    name: 'sns',
    deliver: (delivery, stopping) => deliverNotification(engine, delivery, stopping),
    retryPolicy: () => ({ maxAttempts: MAX_ATTEMPTS, maxAgeMs: MAX_AGE_MS }),
    // The group where AWS logs the delivery status of a topic.
    failed: ({ payload, attempts }, reason) => {
      const topic = payload.message.topicArn.split(':').slice(3).join('/')
      engine.logs.append(`sns/${topic}/Failure`, payload.message.id, [
        {
          timeMs: engine.clock.now().getTime(),
          message: JSON.stringify({
            notification: { messageId: payload.message.id, topicArn: payload.message.topicArn },
            delivery: { destination: payload.subscriptionArn, attempts, providerResponse: reason },
            status: 'FAILURE',
          }),
        },
      ])
    },
  })
  return {
    publish: (message) =>
      engine.store.transaction(() => {
        for (const subscription of subscriptionsOf(engine, message.topicArn)) {
          if (passesFilter(subscription, message)) queue.add({ subscriptionArn: subscription.arn, message })
        }
      }),
    deliveries: queue,
    start: () => queue.start(),
    stop: () => queue.stop(),
  }
}
