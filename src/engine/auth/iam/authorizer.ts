import type { Clock } from '../../../core/clock.ts'
import type { Store } from '../../store/store.ts'
import { AwsError } from '../../wire/aws-error.ts'
import type { Permission } from '../../wire/operation.ts'
import { roleNameOf } from '../assumed-role.ts'
import { hotIdentities, managedPolicies, type InlinePolicy } from '../identities.ts'
import type { Principal } from '../principal.ts'
import { AWS_MANAGED_POLICIES } from './aws-managed.ts'
import type { ConditionContext } from './condition.ts'
import { evaluate, evaluateTrust, type Asker, type Decision, type NamedPolicy, type PolicySets } from './evaluate.ts'
import { parsePolicy } from './policy-document.ts'

/** Decides every call of the engine from the policies in the store. */
export interface Authorizer {
  decide(principal: Principal, permission: Permission): Decision
  /** The policies that speak about a principal, resource policies left out. */
  policySetsOf(principal: Principal): PolicySets
  /**
   * @returns the decision, with the statement that allows it
   * @throws AwsError `AccessDenied` unless the role exists and its trust policy lets `asker` do `action`
   */
  checkTrust(roleArn: string, asker: Asker, action: string, context: Readonly<Record<string, string>>): Decision
  contextOf(principal: Principal, permission: Pick<Permission, 'context'>): ConditionContext
}

interface AuthorizerOptions {
  readonly store: Store
  readonly clock: Clock
  readonly accountId: string
  readonly region: string
  /** The policy attached to a resource, if any: JSON text and the name to report it by. */
  readonly resourcePolicy: (resourceArn: string) => { readonly name: string; readonly text: string } | undefined
}

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { store, clock, accountId, region, resourcePolicy } = options

  const hot = hotIdentities(store)

  const managed = (arn: string): NamedPolicy[] => {
    const text = managedPolicyText(store, arn)
    return text === undefined ? [] : [named(arn, 'identity', text)]
  }

  const identityPolicies = (
    name: string,
    identity: {
      inlinePolicies: readonly InlinePolicy[]
      attachedPolicies: readonly string[]
      permissionsBoundary?: string
    },
  ): Pick<PolicySets, 'identity' | 'boundary'> => {
    const { permissionsBoundary } = identity
    const boundaryText = permissionsBoundary === undefined ? undefined : managedPolicyText(store, permissionsBoundary)
    return {
      identity: [
        ...identity.inlinePolicies.map((policy) => named(`${name}/${policy.name}`, 'identity', policy.document)),
        ...identity.attachedPolicies.flatMap(managed),
      ],
      boundary:
        permissionsBoundary === undefined
          ? []
          : // A boundary whose policy is gone allows nothing.
            [named(permissionsBoundary, 'permissions-boundary', boundaryText ?? NOTHING_ALLOWED)],
    }
  }

  const policySetsOf = (principal: Principal): PolicySets => {
    const none: PolicySets = { identity: [], boundary: [], session: [], resource: [] }
    switch (principal.kind) {
      case 'root':
        return none
      case 'user': {
        const user = hot.user(principal.userName)
        return user === undefined ? none : { ...none, ...identityPolicies(`user/${user.userName}`, user) }
      }
      case 'assumed-role': {
        const role = hot.role(principal.roleName)
        if (role === undefined) return none
        const { sessionPolicy } = principal
        const session = sessionPolicy === undefined ? [] : [named('session policy', 'session', sessionPolicy)]
        return { ...none, ...identityPolicies(`role/${role.roleName}`, role), session }
      }
    }
  }

  const contextOf: Authorizer['contextOf'] = (principal, { context }) => {
    const now = clock.now()
    const values = new Map<string, readonly string[]>([
      ['aws:principalarn', [principal.kind === 'assumed-role' ? principal.roleArn : principal.arn]],
      ['aws:principalaccount', [principal.accountId]],
      ['aws:principaltype', [{ root: 'Account', user: 'User', 'assumed-role': 'AssumedRole' }[principal.kind]]],
      ['aws:requestedregion', [region]],
      ['aws:currenttime', [now.toISOString()]],
      ['aws:epochtime', [String(Math.floor(now.getTime() / 1000))]],
      // The engine listens on the loopback address only, in clear.
      ['aws:sourceip', ['127.0.0.1']],
      ['aws:securetransport', ['false']],
    ])
    const identity = principal.kind === 'user' ? hot.user(principal.userName) : undefined
    const role = principal.kind === 'assumed-role' ? hot.role(principal.roleName) : undefined
    if (principal.kind === 'user') {
      values.set('aws:username', [principal.userName])
      if (identity !== undefined) values.set('aws:userid', [identity.id])
    }
    if (principal.kind === 'assumed-role' && role !== undefined) {
      values.set('aws:userid', [`${role.id}:${principal.sessionName}`])
    }
    for (const tag of (identity ?? role)?.tags ?? [])
      values.set(`aws:principaltag/${tag.Key.toLowerCase()}`, [tag.Value])
    for (const [key, value] of Object.entries(context ?? {})) {
      values.set(key.toLowerCase(), typeof value === 'string' ? [value] : value)
    }
    return values
  }

  return {
    policySetsOf,
    contextOf,
    decide(principal, permission) {
      const attached = resourcePolicy(permission.resource)
      const resource = attached === undefined ? [] : [named(attached.name, 'resource', attached.text)]
      const request = { ...permission, context: contextOf(principal, permission) }
      const decision = evaluate(request, askerOf(principal), { ...policySetsOf(principal), resource })
      if (principal.kind === 'root' && decision.result === 'implicitDeny') {
        return { ...decision, result: 'allowed', blame: undefined }
      }
      return decision
    },
    checkTrust(roleArn, asker, action, context) {
      const role = hot.role(roleNameOf(roleArn, accountId))
      const who = asker.service ?? asker.arns[0] ?? 'unknown'
      if (role === undefined || role.arn !== roleArn) throw accessDenied(who, action, roleArn, undefined)
      const entries = Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value]] as const)
      const trust = named(`trust policy of ${role.roleName}`, 'trust', role.trustPolicy)
      const decision = evaluateTrust(action, asker, trust, new Map(entries))
      if (decision.result !== 'allowed') throw accessDenied(who, action, roleArn, decision, [trust])
      return decision
    },
  }
}

const NOTHING_ALLOWED = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'

export function named(name: string, type: NamedPolicy['type'], text: string): NamedPolicy {
  const kind = type === 'resource' ? 'resource' : type === 'trust' ? 'trust' : 'identity'
  return { name, type, text, document: parsePolicy(text, kind) }
}

/** Default version of a managed policy, AWS's own included. */
export function managedPolicyText(store: Store, arn: string): string | undefined {
  const aws = AWS_MANAGED_POLICIES.get(arn)
  if (aws !== undefined) return aws.document
  const record = managedPolicies(store).get(arn)
  return record?.versions.find((version) => version.versionId === record.defaultVersionId)?.document
}

export function askerOf(principal: Principal): Asker {
  const arns = principal.kind === 'assumed-role' ? [principal.arn, principal.roleArn] : [principal.arn]
  return { arns, accountId: principal.accountId }
}

/** How messages refer to the statement that decided: `<policy>#<Sid>`, or the statement's place where it has no Sid. */
function statementName(decision: Decision): string | undefined {
  const { by } = decision
  return by === undefined ? undefined : `${by.policy.name}#${by.statement.sid ?? by.statement.index}`
}

const KIND_NAMES: Readonly<Record<NamedPolicy['type'], string>> = {
  identity: 'an identity-based policy',
  resource: 'a resource-based policy',
  'permissions-boundary': 'a permissions boundary',
  session: 'a session policy',
  trust: 'a role trust policy',
}

/** The error of a refused call, in AWS's words, with the statement that decided. */
export function accessDenied(
  who: string,
  action: string,
  resource: string,
  decision: Decision | undefined,
  consulted: readonly NamedPolicy[] = [],
): AwsError {
  const blame = KIND_NAMES[decision?.blame ?? 'identity']
  const because =
    decision?.result === 'explicitDeny'
      ? `with an explicit deny in ${blame}`
      : `because no ${blame.replace(/^an? /, '')} allows the ${action} action`
  const statement = decision === undefined ? undefined : statementName(decision)
  const names = consulted.map((policy) => policy.name).join(', ')
  const decider = statement ?? `no statement${names === '' ? '' : ` of ${names}`}`
  return new AwsError(
    'AccessDenied',
    403,
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource} ${because} [decided by ${decider}]`,
  )
}
