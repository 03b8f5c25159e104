import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { nameFromArn, sagemakerArn } from '../arns.ts'

/** A group of model package versions as it is stored, under its name. */
export interface ModelPackageGroupRecord {
  readonly name: string
  readonly arn: string
  readonly description?: string
  readonly createdAt: Date
  readonly createdBy: string
  /** Highest version ever given; versions are never given twice, also after a deletion. */
  readonly lastVersion: number
}

export function modelPackageGroups(engine: Engine) {
  return engine.store.collection<ModelPackageGroupRecord>('sagemaker.model-package-group')
}

export function modelPackageGroupArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'model-package-group', name)
}

/** @throws ValidationException when there is none */
export function getModelPackageGroup(engine: Engine, nameOrArn: string): ModelPackageGroupRecord {
  const name = nameFromArn('model-package-group', nameOrArn)
  const group = modelPackageGroups(engine).get(name)
  if (!group) throw validationError(`ModelPackageGroup ${modelPackageGroupArn(engine, name)} does not exist.`)
  return group
}
