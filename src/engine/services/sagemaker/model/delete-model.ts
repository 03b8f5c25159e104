import type { DeleteModelInput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { dropTags } from '../tags/tag-store.ts'
import { getModel, models } from './record.ts'

/**
 * DeleteModel: endpoints that run it go on; their artifacts stay in S3.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModel.html
 */
export const deleteModel = operation<Checked<DeleteModelInput>, object>({
  permissions: (input, call) => [onResource(call, 'DeleteModel', 'model', input.ModelName)],
  handle: (input, { engine }) => {
    const { name, arn } = getModel(engine, input.ModelName)
    models(engine).delete(name)
    dropTags(engine, arn)
    return {}
  },
})
