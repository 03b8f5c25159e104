import type { UpdateModelPackageInput, UpdateModelPackageOutput } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { operation } from '../../../wire/operation.ts'
import { nameFromArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { notImplementedHere } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { publishModelPackage } from './events.ts'
import { getModelPackage, modelPackageKey, modelPackages } from './record.ts'

/**
 * UpdateModelPackage: approval, metadata, life cycle, model card. Every approval status may follow every other.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
 */
export const updateModelPackage = operation<Checked<UpdateModelPackageInput>, UpdateModelPackageOutput>({
  permissions: (input, call) => [
    onResource(call, 'UpdateModelPackage', 'model-package', nameFromArn('model-package', input.ModelPackageArn)),
  ],
  handle: (input, { engine, principal }) => {
    if (input.AdditionalInferenceSpecificationsToAdd) throw notImplementedHere('AdditionalInferenceSpecificationsToAdd')
    const { group, version, arn } = getModelPackage(engine, input.ModelPackageArn)
    const dropped = new Set(input.CustomerMetadataPropertiesToRemove ?? [])
    engine.store.transaction(() => {
      const item = modelPackages(engine).update(modelPackageKey(group, version), (old) => {
        const metadata = { ...old.request.CustomerMetadataProperties, ...input.CustomerMetadataProperties }
        const kept = Object.entries(metadata).filter(([name]) => !dropped.has(name))
        return {
          ...old,
          request: {
            ...old.request,
            InferenceSpecification: input.InferenceSpecification ?? old.request.InferenceSpecification,
            SourceUri: input.SourceUri ?? old.request.SourceUri,
            ModelCard: input.ModelCard ?? old.request.ModelCard,
            ModelLifeCycle: input.ModelLifeCycle ?? old.request.ModelLifeCycle,
            CustomerMetadataProperties: kept.length > 0 ? Object.fromEntries(kept) : undefined,
          },
          approvalStatus: input.ModelApprovalStatus ?? old.approvalStatus,
          approvalDescription: input.ApprovalDescription ?? old.approvalDescription,
          modifiedAt: engine.clock.now(),
          modifiedBy: principal.arn,
        }
      })
      if (!item) throw internalError(`model package ${arn} vanished`)
      publishModelPackage(engine, item)
    })
    return { ModelPackageArn: arn }
  },
})
