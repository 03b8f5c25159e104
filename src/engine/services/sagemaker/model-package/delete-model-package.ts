import type { DeleteModelPackageInput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { dropTags } from '../tags/tag-store.ts'
import { getModelPackage, modelPackageKey, modelPackages } from './record.ts'

/**
 * DeleteModelPackage: its number is not given again, and its artifacts stay in S3.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackage.html
 */
export const deleteModelPackage = operation<Checked<DeleteModelPackageInput>, object>({
  permissions: (input, call) => [
    onResource(call, 'DeleteModelPackage', 'model-package', nameFromArn('model-package', input.ModelPackageName)),
  ],
  handle: (input, { engine }) => {
    const { group, version, arn } = getModelPackage(engine, input.ModelPackageName)
    modelPackages(engine).delete(modelPackageKey(group, version))
    dropTags(engine, arn)
    return {}
  },
})
