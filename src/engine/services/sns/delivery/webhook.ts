import { isIP } from 'node:net'
import type { Engine } from '../../../engine.ts'
import { notificationDocument, type Dispatch } from './dispatch.ts'

const TIMEOUT_MS = 15_000

/**
 * Whether a URL leads to this machine. Notifications leave it only when the product is told to use AWS.
 *
 * @returns false for any other host, and for what is no http(s) URL
 */
export function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
  return isLoopback && (url.protocol === 'http:' || url.protocol === 'https:')
}

/**
 * Posts a notification as AWS does, signature left out. Any answer but 2xx is a failure, redirects included.
 *
 * @source docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export async function postToWebhook(_engine: Engine, dispatch: Dispatch, stopping: AbortSignal): Promise<void> {
  const { message, subscription } = dispatch
  const raw = subscription.rawMessageDelivery
  const response = await fetch(subscription.endpoint, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT_MS)]),
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': message.id,
      'x-amz-sns-topic-arn': message.topicArn,
      'x-amz-sns-subscription-arn': subscription.arn,
      ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
    },
    body: raw ? dispatch.body : JSON.stringify(notificationDocument(dispatch), null, 2),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`${subscription.endpoint} answered ${response.status}`)
}
