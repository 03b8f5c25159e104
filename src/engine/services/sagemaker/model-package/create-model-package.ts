import type { CreateModelPackageOutput } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import { sagemakerArn } from '../arns.ts'
import { notImplementedHere } from '../errors.ts'
import { getModelPackageGroup, modelPackageGroups } from '../model-package-group/record.ts'
import { setTags } from '../tags/tag-store.ts'
import { publishModelPackage } from './events.ts'
import { modelPackageArn, modelPackageKey, modelPackages } from './record.ts'
import type { ModelPackageRecord, ModelPackageRequest } from './record.ts'

/**
 * CreateModelPackage: the next version of a group, pending approval unless the request says otherwise. The same
 * ClientToken gives the same version.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
 * Differs: unversioned packages (ModelPackageName), marketplace and source algorithms are refused.
 * @throws ValidationException when the group does not exist
 */
export const createModelPackage = operation<ModelPackageRequest, CreateModelPackageOutput>({
  permissions: (input, call) => [
    {
      action: 'sagemaker:CreateModelPackage',
      resource: sagemakerArn(
        call.engine,
        'model-package',
        `${input.ModelPackageGroupName ?? input.ModelPackageName ?? ''}/*`,
      ),
    },
  ],
  handle: (input, { engine, principal }) => {
    if (input.ModelPackageName !== undefined) throw notImplementedHere('an unversioned ModelPackageName')
    if (input.CertifyForMarketplace) throw notImplementedHere('CertifyForMarketplace')
    if (input.SourceAlgorithmSpecification) throw notImplementedHere('SourceAlgorithmSpecification')
    if (input.ModelPackageGroupName === undefined) throw validationError('ModelPackageGroupName is required')
    const group = getModelPackageGroup(engine, input.ModelPackageGroupName).name
    const { Tags, ModelApprovalStatus, ...request } = input
    return engine.store.transaction(() => {
      const token = input.ClientToken
      const earlier = modelPackages(engine)
        .list(`${group}/`)
        .find(({ value }) => token !== undefined && value.request.ClientToken === token)
      if (earlier) return { ModelPackageArn: earlier.value.arn }
      const version = nextVersion(engine, group)
      const now = engine.clock.now()
      const item: ModelPackageRecord = {
        group,
        version,
        arn: modelPackageArn(engine, group, version),
        request: { ...request, ModelPackageGroupName: group },
        approvalStatus: ModelApprovalStatus ?? 'PendingManualApproval',
        createdAt: now,
        modifiedAt: now,
        createdBy: principal.arn,
        modifiedBy: principal.arn,
      }
      modelPackages(engine).put(modelPackageKey(group, version), item)
      setTags(engine, item.arn, Tags)
      publishModelPackage(engine, item)
      return { ModelPackageArn: item.arn }
    })
  },
})

function nextVersion(engine: Parameters<typeof modelPackageGroups>[0], group: string): number {
  const updated = modelPackageGroups(engine).update(group, (old) => ({ ...old, lastVersion: old.lastVersion + 1 }))
  if (!updated) throw internalError(`model package group ${group} vanished`)
  return updated.lastVersion
}
