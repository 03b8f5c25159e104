import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts'
import { assumedRole, roleNameOf } from '../../auth/assumed-role.ts'
import { accessDenied, askerOf, createAuthorizer, managedPolicyText } from '../../auth/iam/authorizer.ts'
import { grantsWithoutIdentity } from '../../auth/iam/evaluate.ts'
import { parsePolicy } from '../../auth/iam/policy-document.ts'
import { roles } from '../../auth/identities.ts'
import type { Engine } from '../../engine.ts'
import { AwsError } from '../../wire/aws-error.ts'
import { operation } from '../../wire/operation.ts'

const MIN_SECONDS = 900
/** A role that was itself assumed may be assumed for an hour only. */
const MAX_CHAINED_SECONDS = 3600

/**
 * AssumeRole: the role's trust policy must name the caller; where it names the caller's account only, the caller's
 * own policies must allow it too.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * Differs: MFA and session tags are refused by name.
 */
export const assumeRole = operation<AssumeRoleCommandInput, AssumeRoleCommandOutput>({
  permissions: () => [],
  handle(input, { engine, principal }) {
    const { RoleArn = '', RoleSessionName = '', ExternalId } = input
    refuseUnimplemented(input)
    if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
      throw validation(
        `Value '${RoleSessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}`,
      )
    }
    const { store, clock, accountId, region } = engine
    const authorizer = createAuthorizer({ store, clock, accountId, region, resourcePolicy: () => undefined })
    const asker = askerOf(principal)
    const roleName = roleNameOf(RoleArn, accountId)
    const trust = authorizer.checkTrust(RoleArn, asker, 'sts:AssumeRole', {
      'sts:rolesessionname': RoleSessionName,
      ...(ExternalId !== undefined && { 'sts:externalid': ExternalId }),
      'aws:principalarn': principal.kind === 'assumed-role' ? principal.roleArn : principal.arn,
      'aws:principalaccount': accountId,
    })
    const permission = { action: 'sts:AssumeRole', resource: RoleArn }
    if (trust.by !== undefined && grantsWithoutIdentity(trust.by.statement, asker)) {
      const own = authorizer.decide(principal, permission)
      if (own.result === 'explicitDeny') throw accessDenied(principal.arn, permission.action, RoleArn, own)
    } else engine.authorize(principal, [permission])

    const role = roles(store).get(roleName)
    const maxSeconds =
      principal.kind === 'assumed-role' ? MAX_CHAINED_SECONDS : (role?.maxSessionDurationSeconds ?? MAX_CHAINED_SECONDS)
    const seconds = input.DurationSeconds ?? MAX_CHAINED_SECONDS
    if (seconds < MIN_SECONDS || seconds > maxSeconds) {
      throw validation(
        `The requested DurationSeconds (${seconds}) must be between ${MIN_SECONDS} and the MaxSessionDuration set for this role (${maxSeconds}).`,
      )
    }
    const sessionPolicy = sessionPolicyOf(engine, input)
    const session = assumedRole(accountId, RoleArn, roleName, RoleSessionName, sessionPolicy)
    const issued = engine.credentials.issue(session, seconds)
    return {
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: issued.expiration,
      },
      AssumedRoleUser: { AssumedRoleId: `${role?.id}:${RoleSessionName}`, Arn: session.arn },
    }
  },
})

function refuseUnimplemented(input: AssumeRoleCommandInput): void {
  const given = (
    ['Tags', 'TransitiveTagKeys', 'SerialNumber', 'TokenCode', 'ProvidedContexts', 'SourceIdentity'] as const
  ).filter((name) => {
    const value = input[name]
    return value !== undefined && value.length > 0
  })
  if (given.length > 0)
    throw new AwsError(
      'NotImplemented',
      501,
      `AssumeRole with ${given.join(', ')} is not implemented by Skyloop's engine`,
    )
}

/** One document with the statements of the inline and of all managed session policies. */
function sessionPolicyOf(engine: Engine, { Policy, PolicyArns = [] }: AssumeRoleCommandInput): string | undefined {
  const texts = PolicyArns.map(({ arn = '' }) => {
    const text = managedPolicyText(engine.store, arn)
    if (text === undefined) throw validation(`Session policy ${arn} does not exist`)
    return text
  })
  if (Policy !== undefined) texts.push(Policy)
  const [only] = texts
  for (const text of texts) parsePolicy(text, 'identity')
  if (texts.length <= 1) return only
  const statements = texts.flatMap((text) => (JSON.parse(text) as { Statement: unknown }).Statement)
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

const validation = (message: string): AwsError => new AwsError('ValidationError', 400, message)
