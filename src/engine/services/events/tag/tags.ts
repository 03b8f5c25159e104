import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-eventbridge'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import { noSuchRule } from '../errors.ts'
import { ruleArn, ruleNamed, rules, type RuleRow } from '../rule-store.ts'

/** Tags of rules: TagResource, UntagResource and ListTagsForResource. */
function ruleOf(engine: Engine, arn: string): RuleRow {
  const prefix = ruleArn(engine, '')
  if (!arn.startsWith(prefix)) throw noSuchRule(arn)
  return ruleNamed(engine, arn.slice(prefix.length))
}

export const tagResource = operation<TagResourceCommandInput, TagResourceCommandOutput>({
  permissions: (input) => [{ action: 'events:TagResource', resource: input.ResourceARN! }],
  handle: (input, { engine }) => {
    const added = Object.fromEntries(input.Tags!.map((tag) => [tag.Key!, tag.Value!]))
    const { name } = ruleOf(engine, input.ResourceARN!)
    rules(engine).update(name, (rule) => ({ ...rule, tags: { ...rule.tags, ...added } }))
    return {}
  },
})

export const untagResource = operation<UntagResourceCommandInput, UntagResourceCommandOutput>({
  permissions: (input) => [{ action: 'events:UntagResource', resource: input.ResourceARN! }],
  handle: (input, { engine }) => {
    const keys = new Set(input.TagKeys)
    const { name } = ruleOf(engine, input.ResourceARN!)
    rules(engine).update(name, (rule) => ({
      ...rule,
      tags: Object.fromEntries(Object.entries(rule.tags).filter(([key]) => !keys.has(key))),
    }))
    return {}
  },
})

export const listTagsForResource = operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>({
  permissions: (input) => [{ action: 'events:ListTagsForResource', resource: input.ResourceARN! }],
  handle: (input, { engine }) => ({
    Tags: Object.entries(ruleOf(engine, input.ResourceARN!).tags).map(([Key, Value]) => ({ Key, Value })),
  }),
})
