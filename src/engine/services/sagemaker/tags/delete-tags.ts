import type { DeleteTagsInput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { checkTaggable } from './resource.ts'
import { removeTags } from './tag-store.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteTags.html */
export const deleteTags = operation<Checked<DeleteTagsInput>, object>({
  permissions: ({ ResourceArn }) => [{ action: 'sagemaker:DeleteTags', resource: ResourceArn }],
  handle: ({ ResourceArn, TagKeys }, { engine }) => {
    checkTaggable(engine, ResourceArn)
    removeTags(engine, ResourceArn, TagKeys)
    return {}
  },
})
