import { conditionHolds, type ConditionContext } from './condition.ts'
import { compilePattern, matchesPattern } from './pattern.ts'
import type { PolicyDocument, Statement } from './policy-document.ts'

/** A policy with the name by which people know it. */
export interface NamedPolicy {
  /** ARN of a managed policy, `<identity>/<name>` of an inline one, the bucket's name of a bucket policy. */
  readonly name: string
  readonly type: PolicyType
  readonly document: PolicyDocument
  /** JSON text as given, for positions in simulation results. */
  readonly text: string
}

export type PolicyType = 'identity' | 'resource' | 'permissions-boundary' | 'session' | 'trust'

/** One IAM question. */
export interface AccessRequest {
  /** e.g. `s3:GetObject` */
  readonly action: string
  readonly resource: string
  readonly context: ConditionContext
}

/** Who asks, as the principal elements of trust and resource policies see it. */
export interface Asker {
  /** ARNs that name the caller: the session's and its role's, or the user's. Empty for a service. */
  readonly arns: readonly string[]
  readonly accountId: string
  /** e.g. `sagemaker.amazonaws.com`, when a service of AWS asks. */
  readonly service?: string
}

export interface MatchedStatement {
  readonly policy: NamedPolicy
  readonly statement: Statement
}

/** All policies that have a say about one caller. */
export interface PolicySets {
  readonly identity: readonly NamedPolicy[]
  readonly boundary: readonly NamedPolicy[]
  readonly session: readonly NamedPolicy[]
  readonly resource: readonly NamedPolicy[]
}

export interface Decision {
  readonly result: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** The statement that decided; none when nothing matched. */
  readonly by: MatchedStatement | undefined
  /** For denials: which kind of policy is to blame. */
  readonly blame: PolicyType | undefined
  /** Every statement that matched the request. */
  readonly matched: readonly MatchedStatement[]
}

/**
 * An explicit deny anywhere beats every allow. Otherwise the identity's policies or the resource's must allow, and
 * where there is a permissions boundary or a session policy it must allow too, unless the resource's policy names
 * the caller itself.
 *
 * @source docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: AccessRequest, asker: Asker, sets: PolicySets): Decision {
  const identity = matching(sets.identity, request, undefined)
  const boundary = matching(sets.boundary, request, undefined)
  const session = matching(sets.session, request, undefined)
  const resource = matching(sets.resource, request, asker)
  const matched = [...identity, ...boundary, ...session, ...resource]
  const deny = matched.find(({ statement }) => statement.effect === 'Deny')
  if (deny !== undefined) return { result: 'explicitDeny', by: deny, blame: deny.policy.type, matched }

  const allowIn = (list: readonly MatchedStatement[]) => list.find(({ statement }) => statement.effect === 'Allow')
  const direct = resource.find(({ statement }) => statement.effect === 'Allow' && namesDirectly(statement, asker))
  if (direct !== undefined) return { result: 'allowed', by: direct, blame: undefined, matched }

  const grant =
    allowIn(identity) ?? allowIn(resource.filter(({ statement }) => grantsWithoutIdentity(statement, asker)))
  const implicitDeny = (blame: PolicyType): Decision => ({ result: 'implicitDeny', by: undefined, blame, matched })
  if (grant === undefined) return implicitDeny('identity')
  if (sets.boundary.length > 0 && allowIn(boundary) === undefined) return implicitDeny('permissions-boundary')
  if (sets.session.length > 0 && allowIn(session) === undefined) return implicitDeny('session')
  return { result: 'allowed', by: grant, blame: undefined, matched }
}

/** Whether a trust policy lets `asker` do `action`, e.g. `sts:AssumeRole`. */
export function evaluateTrust(action: string, asker: Asker, trust: NamedPolicy, context: ConditionContext): Decision {
  const matched = matching([trust], { action, resource: '*', context }, asker)
  const deny = matched.find(({ statement }) => statement.effect === 'Deny')
  if (deny !== undefined) return { result: 'explicitDeny', by: deny, blame: 'trust', matched }
  const allow = matched.find(({ statement }) => statement.effect === 'Allow')
  return allow === undefined
    ? { result: 'implicitDeny', by: undefined, blame: 'trust', matched }
    : { result: 'allowed', by: allow, blame: undefined, matched }
}

function matching(
  policies: readonly NamedPolicy[],
  request: AccessRequest,
  asker: Asker | undefined,
): MatchedStatement[] {
  const variableOf = (name: string) => {
    const values = request.context.get(name.toLowerCase())
    return values?.length === 1 ? values[0] : undefined
  }
  return policies.flatMap((policy) => {
    const variable = policy.document.hasVariables ? variableOf : undefined
    return policy.document.statements
      .filter((statement) => statementMatches(statement, request, asker, variable))
      .map((statement) => ({ policy, statement }))
  })
}

function statementMatches(
  statement: Statement,
  request: AccessRequest,
  asker: Asker | undefined,
  variable: ((name: string) => string | undefined) | undefined,
): boolean {
  const matches = (pattern: string, text: string, values: typeof variable) => {
    const compiled = compilePattern(pattern, values)
    return compiled !== undefined && matchesPattern(compiled, text)
  }
  const action = request.action.toLowerCase()
  if (statement.actions.some((pattern) => matches(pattern, action, undefined)) === statement.isNotAction) return false
  const hasResources = statement.resources.length > 0
  if (hasResources) {
    const isNamed = statement.resources.some((pattern) => matches(pattern, request.resource, variable))
    if (isNamed === statement.isNotResource) return false
  }
  if (asker !== undefined && !principalMatches(statement, asker)) return false
  return statement.conditions.every(({ operator, key, values }) =>
    conditionHolds(operator, key, values, request.context, variable),
  )
}

function principalMatches({ principal }: Statement, asker: Asker): boolean {
  if (principal === undefined) return false
  const isNamed =
    principal.isEveryone ||
    (asker.service === undefined
      ? principal.aws.some((name) => asker.arns.includes(name) || isAccount(name, asker))
      : principal.services.includes(asker.service))
  return isNamed !== principal.isNot
}

function isAccount(name: string, asker: Asker): boolean {
  return name === asker.accountId || name === `arn:aws:iam::${asker.accountId}:root`
}

function namesDirectly({ principal }: Statement, asker: Asker): boolean {
  const own = asker.arns[0]
  return principal !== undefined && !principal.isNot && own !== undefined && principal.aws.includes(own)
}

/** Naming the account only lets its own identity policies decide; naming everyone or a role grants. */
export function grantsWithoutIdentity({ principal }: Statement, asker: Asker): boolean {
  if (principal === undefined || principal.isNot) return false
  return principal.isEveryone || principal.aws.some((name) => asker.arns.includes(name))
}

/** Condition keys that statements about the request ask for and the request does not have. */
export function missingContextKeys(request: AccessRequest, sets: PolicySets): string[] {
  const everything = { ...request, context: WITHOUT_CONDITIONS }
  const keys = Object.values(sets)
    .flat()
    .flatMap(({ document }: NamedPolicy) => document.statements)
    .filter((statement) =>
      statementMatches({ ...statement, conditions: [], principal: undefined }, everything, undefined, undefined),
    )
    .flatMap((statement) => statement.conditions.map(({ key }) => key))
  return [...new Set(keys)].filter((key) => !request.context.has(key))
}

const WITHOUT_CONDITIONS: ConditionContext = new Map()
