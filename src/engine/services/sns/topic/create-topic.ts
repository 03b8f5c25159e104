import type { CreateTopicCommandInput, CreateTopicCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { defaultTopicPolicy, invalidParameter, topicArn, topics } from '../topic-store.ts'
import { checkTopicAttribute } from './topic-attributes.ts'

/**
 * CreateTopic: makes a topic; one of the same name is answered as it is.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
 * Differs: FIFO topics are refused.
 * @throws InvalidParameter
 */
export const createTopic = operation<CreateTopicCommandInput, CreateTopicCommandOutput>({
  permissions: (input, { engine }) => [{ action: 'sns:CreateTopic', resource: topicArn(engine, input.Name!) }],
  handle: (input, { engine }) => {
    const name = input.Name!
    const attributes = input.Attributes ?? {}
    if (name.endsWith('.fifo') || attributes['FifoTopic'] === 'true') {
      throw invalidParameter('FifoTopic Reason: FIFO topics are not implemented')
    }
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter('Topic Name')
    for (const [key, value] of Object.entries(attributes)) if (key !== 'FifoTopic') checkTopicAttribute(key, value)
    const arn = topicArn(engine, name)
    topics(engine).insert(arn, {
      arn,
      name,
      displayName: attributes['DisplayName'] ?? '',
      policy: attributes['Policy'] ?? defaultTopicPolicy(engine, arn),
      tags: Object.fromEntries((input.Tags ?? []).map((tag) => [tag.Key!, tag.Value!])),
      deletedSubscriptions: 0,
    })
    return { TopicArn: arn }
  },
})
