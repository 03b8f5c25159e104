import type { SetTopicAttributesCommandInput, SetTopicAttributesCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { defaultTopicPolicy, topicAt, topics } from '../topic-store.ts'
import { checkTopicAttribute } from './topic-attributes.ts'

/**
 * SetTopicAttributes: `DisplayName` or `Policy`; an empty policy brings the default one back.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
 * Differs: every other attribute is refused by name.
 * @throws NotFound, InvalidParameter
 */
export const setTopicAttributes = operation<SetTopicAttributesCommandInput, SetTopicAttributesCommandOutput>({
  permissions: (input) => [{ action: 'sns:SetTopicAttributes', resource: input.TopicArn! }],
  handle: (input, { engine }) => {
    const topic = topicAt(engine, input.TopicArn!)
    const name = input.AttributeName!
    const value = input.AttributeValue ?? ''
    const given = name === 'Policy' && value === '' ? defaultTopicPolicy(engine, topic.arn) : value
    checkTopicAttribute(name, given)
    topics(engine).update(topic.arn, (row) => ({ ...row, [name === 'Policy' ? 'policy' : 'displayName']: given }))
    return {}
  },
})
