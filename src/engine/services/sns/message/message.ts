import { isObject } from '../../../../core/json.ts'
import { messageOf } from '../../../../core/errors.ts'
import { invalidParameter } from '../topic-store.ts'

/** A published message as it waits for its receivers. */
export interface Message {
  readonly id: string
  readonly topicArn: string
  readonly subject: string | undefined
  /** What a receiver gets whose protocol has no text of its own. */
  readonly body: string
  /** Texts by protocol, from `MessageStructure: json`. */
  readonly bodies: Readonly<Record<string, string>>
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly value: string }>>
  /** ISO 8601 */
  readonly time: string
}

const MAX_BYTES = 262_144

/** @throws InvalidParameter when AWS would not take such a message */
export function checkMessage(message: string, subject: string | undefined): void {
  if (message === '') throw invalidParameter('Empty message')
  if (Buffer.byteLength(message) > MAX_BYTES) throw invalidParameter('Message too long')
  if (subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(subject)) throw invalidParameter('Subject')
}

/** Reads the texts by protocol of a message with `MessageStructure: json`. */
export function bodiesOf(message: string, structure: string | undefined): Readonly<Record<string, string>> {
  if (structure === undefined) return { default: message }
  if (structure !== 'json') throw invalidParameter(`Message Structure - "${structure}" is not json`)
  let parsed: unknown
  try {
    parsed = JSON.parse(message)
  } catch (error) {
    throw invalidParameter(`Message Structure - JSON message body failed to parse: ${messageOf(error)}`)
  }
  if (!isObject(parsed) || typeof parsed['default'] !== 'string') {
    throw invalidParameter('Message Structure - No default entry in JSON message body')
  }
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([protocol, text]) => (typeof text === 'string' ? [[protocol, text]] : [])),
  )
}
