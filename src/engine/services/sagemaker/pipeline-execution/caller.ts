import type { UserContext } from '@aws-sdk/client-sagemaker'

/** The caller as CreatedBy and LastModifiedBy show it. */
export function userContext(arn: string): UserContext {
  return { IamIdentity: { Arn: arn, PrincipalId: arn.split('/').at(-1) } }
}
