import { AwsError } from '../wire/aws-error.ts'
import type { Principal } from './principal.ts'

/** @throws AwsError `ValidationError` when `roleArn` names no role of this account */
export function roleNameOf(roleArn: string, accountId: string): string {
  const match = /^arn:aws:iam::(\d{12}):role\/(?:[\u0021-\u007e]*\/)?([\w+=,.@-]{1,64})$/.exec(roleArn)
  if (match === null) throw new AwsError('ValidationError', 400, `${roleArn} is invalid: it is not the ARN of a role`)
  if (match[1] !== accountId) {
    throw new AwsError(
      'ValidationError',
      400,
      `${roleArn} is a role of account ${match[1]}; this engine is ${accountId}`,
    )
  }
  return match[2] as string
}

export function assumedRole(
  accountId: string,
  roleArn: string,
  roleName: string,
  sessionName: string,
  sessionPolicy?: string,
): Principal {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`
  const session = sessionPolicy === undefined ? {} : { sessionPolicy }
  return { kind: 'assumed-role', accountId, arn, roleArn, roleName, sessionName, ...session }
}
