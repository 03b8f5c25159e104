import type { Permission } from '../../wire/operation.ts'

/** What a caller needs to hand a role to EventBridge. */
export function passRole(roleArn: string | undefined): Permission[] {
  return roleArn === undefined
    ? []
    : [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'events.amazonaws.com' } }]
}
