import type { CreateModelPackageInput, ModelApprovalStatus } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { nameFromArn, sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type ModelPackageRequest = Checked<CreateModelPackageInput>

/** One version of a group as it is stored, under `<group>/<version, eight digits>`. */
export interface ModelPackageRecord {
  readonly group: string
  readonly version: number
  readonly arn: string
  /** As given and updated, but for the tags and the approval. */
  readonly request: Omit<ModelPackageRequest, 'Tags' | 'ModelApprovalStatus'>
  readonly approvalStatus: ModelApprovalStatus
  readonly approvalDescription?: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly createdBy: string
  readonly modifiedBy: string
}

export function modelPackages(engine: Engine) {
  return engine.store.collection<ModelPackageRecord>('sagemaker.model-package')
}

export function modelPackageArn(engine: Engine, group: string, version: number): string {
  return sagemakerArn(engine, 'model-package', `${group}/${version}`)
}

/** Digits keep the order of versions in the order of keys. */
export function modelPackageKey(group: string, version: number): string {
  return `${group}/${String(version).padStart(8, '0')}`
}

/** @param nameOrArn ARN, or `<group>/<version>` */
export function findModelPackage(engine: Engine, nameOrArn: string): ModelPackageRecord | undefined {
  const [group, version, ...rest] = nameFromArn('model-package', nameOrArn).split('/')
  if (group === undefined || version === undefined || rest.length > 0 || !/^\d{1,8}$/.test(version)) return undefined
  return modelPackages(engine).get(modelPackageKey(group, Number(version)))
}

/** @throws ValidationException when there is none */
export function getModelPackage(engine: Engine, nameOrArn: string): ModelPackageRecord {
  const found = findModelPackage(engine, nameOrArn)
  if (!found) {
    const arn = sagemakerArn(engine, 'model-package', nameFromArn('model-package', nameOrArn))
    throw validationError(`ModelPackage ${arn} does not exist.`)
  }
  return found
}
