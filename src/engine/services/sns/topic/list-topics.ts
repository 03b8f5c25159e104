import type { ListTopicsCommandInput, ListTopicsCommandOutput } from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { pageOf } from '../../events/page.ts'
import { topicArn, topics } from '../topic-store.ts'

/**
 * ListTopics: a hundred at a time, in order of name.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
 */
export const listTopics = operation<ListTopicsCommandInput, ListTopicsCommandOutput>({
  permissions: (_input, { engine }) => [{ action: 'sns:ListTopics', resource: topicArn(engine, '*') }],
  handle: (input, { engine }) => {
    const page = pageOf(topics(engine).list(), input.NextToken, 100)
    return { Topics: page.items.map(({ id }) => ({ TopicArn: id })), NextToken: page.nextToken }
  },
})
