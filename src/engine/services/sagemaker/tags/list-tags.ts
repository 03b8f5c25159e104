import type { ListTagsInput, ListTagsOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { checkTaggable } from './resource.ts'
import { tagsOf } from './tag-store.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html (at most 50: one page) */
export const listTags = operation<Checked<ListTagsInput>, ListTagsOutput>({
  permissions: ({ ResourceArn }) => [{ action: 'sagemaker:ListTags', resource: ResourceArn }],
  handle: ({ ResourceArn }, { engine }) => {
    checkTaggable(engine, ResourceArn)
    return { Tags: tagsOf(engine, ResourceArn) }
  },
})
