import type { CreateModelPackageGroupInput, CreateModelPackageGroupOutput } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { checkName } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import { modelPackageGroupArn, modelPackageGroups } from './record.ts'

/**
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html
 * @throws ValidationException when the name is taken
 */
export const createModelPackageGroup = operation<Checked<CreateModelPackageGroupInput>, CreateModelPackageGroupOutput>({
  permissions: (input, call) => [
    onResource(call, 'CreateModelPackageGroup', 'model-package-group', input.ModelPackageGroupName),
  ],
  handle: (input, { engine, principal }) => {
    const name = input.ModelPackageGroupName
    checkName('modelPackageGroupName', name)
    const arn = modelPackageGroupArn(engine, name)
    engine.store.transaction(() => {
      const isNew = modelPackageGroups(engine).insert(name, {
        name,
        arn,
        description: input.ModelPackageGroupDescription,
        createdAt: engine.clock.now(),
        createdBy: principal.arn,
        lastVersion: 0,
      })
      if (!isNew) throw validationError(`Model Package Group already exists: ${arn}`)
      setTags(engine, arn, input.Tags)
    })
    return { ModelPackageGroupArn: arn }
  },
})
