import type { DeleteModelPackageGroupInput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { conflict } from '../errors.ts'
import { modelPackages } from '../model-package/record.ts'
import { onResource } from '../permissions.ts'
import { dropTags } from '../tags/tag-store.ts'
import { getModelPackageGroup, modelPackageGroups } from './record.ts'

/**
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackageGroup.html
 * @throws ConflictException while it has versions
 */
export const deleteModelPackageGroup = operation<Checked<DeleteModelPackageGroupInput>, object>({
  permissions: (input, call) => [
    onResource(call, 'DeleteModelPackageGroup', 'model-package-group', input.ModelPackageGroupName),
  ],
  handle: (input, { engine }) => {
    const { name, arn } = getModelPackageGroup(engine, input.ModelPackageGroupName)
    const versions = modelPackages(engine).list(`${name}/`)
    if (versions.length > 0) {
      throw conflict(`Model Package Group ${arn} contains Model Packages and cannot be deleted.`)
    }
    modelPackageGroups(engine).delete(name)
    dropTags(engine, arn)
    return {}
  },
})
