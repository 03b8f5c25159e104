import { messageOf } from '../../../../core/errors.ts'
import { compileEventPattern } from '../../events/pattern.ts'
import { invalidParameter, type SubscriptionRow } from '../topic-store.ts'

/**
 * A subscription with one attribute set.
 *
 * @throws InvalidParameter when a subscription has no such attribute here, or not with this value
 */
export function withSubscriptionAttribute(row: SubscriptionRow, name: string, value: string): SubscriptionRow {
  switch (name) {
    case 'RawMessageDelivery':
      if (value !== 'true' && value !== 'false') throw invalidParameter('RawMessageDelivery must be true or false')
      if (value === 'true' && !row.protocol.startsWith('http')) {
        throw invalidParameter(
          `Attributes Reason: Delivery protocol [${row.protocol}] does not support raw message delivery.`,
        )
      }
      return { ...row, rawMessageDelivery: value === 'true' }
    case 'FilterPolicy': {
      if (value === '' || value === '{}') return { ...row, filterPolicy: undefined }
      try {
        compileEventPattern(value)
      } catch (error) {
        throw invalidParameter(`FilterPolicy: ${messageOf(error)}`)
      }
      return { ...row, filterPolicy: value }
    }
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody') throw invalidParameter('FilterPolicyScope')
      return { ...row, filterPolicyScope: value }
    default:
      throw invalidParameter(`AttributeName Reason: attribute "${name}" is not implemented`)
  }
}
