import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-sns'
import { operation } from '../../../wire/operation.ts'
import { topicAt, topics } from '../topic-store.ts'

/** Tags of topics: TagResource, UntagResource and ListTagsForResource. */
export const tagResource = operation<TagResourceCommandInput, TagResourceCommandOutput>({
  permissions: (input) => [{ action: 'sns:TagResource', resource: input.ResourceArn! }],
  handle: (input, { engine }) => {
    const { arn } = topicAt(engine, input.ResourceArn!)
    const added = Object.fromEntries(input.Tags!.map((tag) => [tag.Key!, tag.Value!]))
    topics(engine).update(arn, (topic) => ({ ...topic, tags: { ...topic.tags, ...added } }))
    return {}
  },
})

export const untagResource = operation<UntagResourceCommandInput, UntagResourceCommandOutput>({
  permissions: (input) => [{ action: 'sns:UntagResource', resource: input.ResourceArn! }],
  handle: (input, { engine }) => {
    const { arn } = topicAt(engine, input.ResourceArn!)
    const keys = new Set(input.TagKeys)
    topics(engine).update(arn, (topic) => ({
      ...topic,
      tags: Object.fromEntries(Object.entries(topic.tags).filter(([key]) => !keys.has(key))),
    }))
    return {}
  },
})

export const listTagsForResource = operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>({
  permissions: (input) => [{ action: 'sns:ListTagsForResource', resource: input.ResourceArn! }],
  handle: (input, { engine }) => ({
    Tags: Object.entries(topicAt(engine, input.ResourceArn!).tags).map(([Key, Value]) => ({ Key, Value })),
  }),
})
