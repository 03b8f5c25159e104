import { join } from 'node:path'
import { writeFileAtomic, writeJsonAtomic } from '../../../../core/files.ts'
import type { Engine } from '../../../engine.ts'
import { topics } from '../topic-store.ts'
import { notificationDocument, type Dispatch } from './dispatch.ts'

/**
 * "Sends" an e-mail: writes it to `<home>/outbox/<time>-<topic>-<id>.eml`, which a person or a mail program reads,
 * and beside it the same as JSON. A repeated delivery writes the same two files again. No mail leaves the machine.
 */
export async function writeToOutbox(engine: Engine, dispatch: Dispatch): Promise<void> {
  const { message, subscription } = dispatch
  const topic = topics(engine).get(message.topicArn)
  const name = message.topicArn.split(':').at(-1) as string
  const stamp = message.time.replace(/[:.]/g, '-')
  const base = join(engine.home, 'outbox', `${stamp}-${name}-${dispatch.id.slice(-8)}`)
  const document = { to: subscription.endpoint, ...notificationDocument(dispatch) }
  await writeJsonAtomic(`${base}.json`, document)
  const text =
    subscription.protocol === 'email-json' ? JSON.stringify(notificationDocument(dispatch), null, 2) : dispatch.body
  await writeFileAtomic(
    `${base}.eml`,
    [
      `Date: ${new Date(message.time).toUTCString()}`,
      `From: ${oneLine(topic?.displayName || name)} <no-reply@sns.invalid>`,
      `To: ${oneLine(subscription.endpoint)}`,
      `Subject: ${oneLine(message.subject ?? 'AWS Notification Message')}`,
      `Message-ID: <${message.id}@sns.invalid>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      text,
      '',
      '--',
      `Topic: ${message.topicArn}`,
      `Subscription: ${subscription.arn}`,
      '',
    ].join('\n'),
  )
}

/** A header's value may not bring headers of its own. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}
