import type { CreateModelOutput } from '@aws-sdk/client-sagemaker'
import { messageOf } from '../../../../core/errors.ts'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Engine } from '../../../engine.ts'
import { checkName, notImplementedHere } from '../errors.ts'
import { getModelPackage } from '../model-package/record.ts'
import { onResource, passRole } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import { modelArn, models } from './record.ts'
import type { ModelRequest } from './record.ts'

type Container = NonNullable<ModelRequest['PrimaryContainer']>

/**
 * CreateModel: one container, given directly or by an approved model package.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
 * Differs: `VpcConfig` is stored but not applied; inference pipelines and multi-model containers are refused.
 * @throws ValidationException when the name is taken, or the model package is not Approved
 */
export const createModel = operation<ModelRequest, CreateModelOutput>({
  permissions: (input, call) => [
    onResource(call, 'CreateModel', 'model', input.ModelName),
    ...passRole(input.ExecutionRoleArn),
  ],
  handle: (input, { engine }) => {
    const name = input.ModelName
    checkName('modelName', name)
    const containers = input.Containers ?? (input.PrimaryContainer ? [input.PrimaryContainer] : [])
    if (input.Containers && input.PrimaryContainer)
      throw validationError('give PrimaryContainer or Containers, not both')
    const [container, ...others] = containers
    if (!container) throw validationError('a model needs PrimaryContainer or Containers')
    if (others.length > 0) throw notImplementedHere('a model of several Containers')
    if (input.ExecutionRoleArn === undefined) throw validationError('ExecutionRoleArn is required')
    checkContainer(engine, container)
    const { Tags, ...request } = input
    const arn = modelArn(engine, name)
    engine.store.transaction(() => {
      if (!models(engine).insert(name, { name, arn, request, createdAt: engine.clock.now() })) {
        throw validationError(`Cannot create already existing model "${arn}".`)
      }
      setTags(engine, arn, Tags)
    })
    return { ModelArn: arn }
  },
})

function checkContainer(engine: Engine, container: Container): void {
  if (container.Mode === 'MultiModel') throw notImplementedHere('container Mode MultiModel')
  if (container.AdditionalModelDataSources?.length) throw notImplementedHere('AdditionalModelDataSources')
  if (container.ModelPackageName !== undefined) {
    const found = getModelPackage(engine, container.ModelPackageName)
    if (found.approvalStatus !== 'Approved') {
      throw validationError(
        `Model package ${found.arn} is ${found.approvalStatus}; only a package with ModelApprovalStatus Approved can be used to create a model`,
      )
    }
    return
  }
  if (!container.Image) throw validationError('a container needs Image or ModelPackageName')
  const uri = container.ModelDataUrl ?? container.ModelDataSource?.S3DataSource?.S3Uri
  if (uri === undefined) return
  try {
    parseS3Uri(uri)
  } catch (error) {
    throw validationError(messageOf(error))
  }
  if (container.ModelDataUrl !== undefined && !container.ModelDataUrl.endsWith('.tar.gz')) {
    throw validationError(`ModelDataUrl "${container.ModelDataUrl}" must end with .tar.gz`)
  }
}
