import type { AddTagsInput, AddTagsOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { checkTaggable } from './resource.ts'
import { setTags } from './tag-store.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html */
export const addTags = operation<Checked<AddTagsInput>, AddTagsOutput>({
  permissions: ({ ResourceArn }) => [{ action: 'sagemaker:AddTags', resource: ResourceArn }],
  handle: ({ ResourceArn, Tags }, { engine }) => {
    checkTaggable(engine, ResourceArn)
    return { Tags: setTags(engine, ResourceArn, Tags) }
  },
})
