import { messageOf } from '../../../../core/errors.ts'
import { parsePolicy } from '../../../auth/iam/policy-document.ts'
import { invalidParameter } from '../topic-store.ts'

/** @throws InvalidParameter when a topic has no such attribute here, or not with this value */
export function checkTopicAttribute(name: string, value: string): void {
  if (name === 'DisplayName') {
    if (value.length > 100) throw invalidParameter('DisplayName Reason: at most 100 characters')
    return
  }
  if (name !== 'Policy') throw invalidParameter(`AttributeName Reason: attribute "${name}" is not implemented`)
  try {
    parsePolicy(value, 'resource')
  } catch (error) {
    throw invalidParameter(`Policy Error: ${messageOf(error)}`)
  }
}
