import type { Call, Permission } from '../../wire/operation.ts'
import { sagemakerArn } from './arns.ts'
import type { ResourceKind } from './arns.ts'

/** `sagemaker:<action>` on one named resource. */
export function onResource(call: Call, action: string, kind: ResourceKind, name: string): Permission {
  return { action: `sagemaker:${action}`, resource: sagemakerArn(call.engine, kind, name) }
}

/** `sagemaker:<action>` on everything; for operations that list. */
export function onAll(action: string): Permission {
  return { action: `sagemaker:${action}`, resource: '*' }
}

/** Whoever hands a role to SageMaker must be allowed to pass it. */
export function passRole(roleArn: string | undefined): Permission[] {
  if (roleArn === undefined) return []
  return [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': SAGEMAKER_PRINCIPAL } }]
}

export const SAGEMAKER_PRINCIPAL = 'sagemaker.amazonaws.com'
