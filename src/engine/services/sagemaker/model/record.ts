import type { CreateModelInput } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type ModelRequest = Checked<CreateModelInput>

/** A model as it is stored, under its name. */
export interface ModelRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags. */
  readonly request: Omit<ModelRequest, 'Tags'>
  readonly createdAt: Date
}

export function models(engine: Engine) {
  return engine.store.collection<ModelRecord>('sagemaker.model')
}

export function modelArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'model', name)
}

/** @throws ValidationException when there is none */
export function getModel(engine: Engine, name: string): ModelRecord {
  const model = models(engine).get(name)
  if (!model) throw validationError(`Could not find model "${modelArn(engine, name)}".`)
  return model
}
