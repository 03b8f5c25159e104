import type { PublishCommandInput, PublishCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { notifierOf } from '../notifier.ts'
import { invalidParameter, topicAt } from '../topic-store.ts'
import { bodiesOf, checkMessage } from './message.ts'

/**
 * Publish: queues a message for every subscription of a topic. It is stored when the call returns.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * Differs: `PhoneNumber` and binary attributes are refused.
 * @throws NotFound, InvalidParameter
 */
export const publish = operation<PublishCommandInput, PublishCommandOutput>({
  permissions: (input) => [{ action: 'sns:Publish', resource: input.TopicArn ?? input.TargetArn ?? '*' }],
  handle: (input, { engine }) => {
    if (input.PhoneNumber !== undefined) throw invalidParameter('PhoneNumber Reason: text messages are not implemented')
    const arn = input.TopicArn ?? input.TargetArn
    if (arn === undefined) throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter')
    const topic = topicAt(engine, arn)
    checkMessage(input.Message!, input.Subject)
    const bodies = bodiesOf(input.Message!, input.MessageStructure)
    const attributes = Object.fromEntries(
      Object.entries(input.MessageAttributes ?? {}).map(([name, attribute]) => {
        if (attribute.StringValue === undefined) {
          throw invalidParameter(
            `MessageAttributes Reason: "${name}" has no string value; binary ones are not implemented`,
          )
        }
        return [name, { type: attribute.DataType!, value: attribute.StringValue }]
      }),
    )
    const id = engine.ids.uuid()
    notifierOf(engine).publish({
      id,
      topicArn: topic.arn,
      subject: input.Subject,
      body: bodies['default']!,
      bodies,
      attributes,
      time: engine.clock.now().toISOString(),
    })
    return { MessageId: id }
  },
})
