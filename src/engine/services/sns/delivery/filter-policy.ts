import { compileEventPattern } from '../../events/pattern.ts'
import type { Message } from '../message/message.ts'
import type { SubscriptionRow } from '../topic-store.ts'

/**
 * Whether a subscription's filter policy lets a message pass. Filter policies speak the language of event patterns,
 * on the message's attributes or on its JSON body.
 *
 * @source docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
 */
export function passesFilter(subscription: SubscriptionRow, message: Message): boolean {
  if (subscription.filterPolicy === undefined) return true
  const matches = compileEventPattern(subscription.filterPolicy)
  if (subscription.filterPolicyScope === 'MessageBody') {
    try {
      return matches(JSON.parse(message.body))
    } catch {
      // A body that is no JSON passes no filter on its members.
      return false
    }
  }
  return matches(
    Object.fromEntries(Object.entries(message.attributes).map(([name, { type, value }]) => [name, typed(type, value)])),
  )
}

function typed(type: string, value: string): unknown {
  if (type.startsWith('Number')) return Number(value)
  if (!type.startsWith('String.Array')) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
