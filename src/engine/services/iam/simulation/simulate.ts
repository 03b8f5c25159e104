import type {
  ContextEntry,
  EvaluationResult,
  SimulateCustomPolicyCommandInput,
  SimulateCustomPolicyCommandOutput,
  SimulatePrincipalPolicyCommandInput,
  SimulatePrincipalPolicyCommandOutput,
  Statement,
} from '@aws-sdk/client-iam'
import { assumedRole } from '../../../auth/assumed-role.ts'
import { askerOf, createAuthorizer, named } from '../../../auth/iam/authorizer.ts'
import { AWS_MANAGED_POLICIES } from '../../../auth/iam/aws-managed.ts'
import type { ConditionContext } from '../../../auth/iam/condition.ts'
import {
  evaluate,
  missingContextKeys,
  type Asker,
  type MatchedStatement,
  type PolicySets,
} from '../../../auth/iam/evaluate.ts'
import type { Principal } from '../../../auth/principal.ts'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import { findIdentity } from '../identity/identity-kinds.ts'
import { invalid } from '../iam-errors.ts'
import { placeOf, statementOffsets } from './statement-positions.ts'

/**
 * SimulatePrincipalPolicy: the engine's own evaluation, asked instead of enforced.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 * Differs: all results come in one page. Each matched statement of a policy without a better id is named
 * `<identity>/<policy>`; its place in the document is given, as at AWS.
 */
export const simulatePrincipalPolicy = operation<
  SimulatePrincipalPolicyCommandInput,
  SimulatePrincipalPolicyCommandOutput
>({
  permissions: ({ PolicySourceArn = '' }) => [{ action: 'iam:SimulatePrincipalPolicy', resource: PolicySourceArn }],
  handle(input, { engine }) {
    const principal = principalOf(engine, input.PolicySourceArn ?? '')
    const authorizer = createAuthorizer({ ...partsOf(engine), resourcePolicy: () => undefined })
    const sets = authorizer.policySetsOf(principal)
    const added = policiesOf(input.PolicyInputList, 'PolicyInputList', 'identity')
    const boundary = policiesOf(
      input.PermissionsBoundaryPolicyInputList,
      'PermissionsBoundaryPolicyInputList',
      'permissions-boundary',
    )
    const all: PolicySets = {
      ...sets,
      identity: [...sets.identity, ...added],
      boundary: boundary.length > 0 ? boundary : sets.boundary,
      resource: resourcePolicyOf(input.ResourcePolicy),
    }
    const context = new Map([...authorizer.contextOf(principal, {}), ...givenContext(input.ContextEntries)])
    return { EvaluationResults: simulate(input, askerOf(principal), all, context), IsTruncated: false }
  },
})

/** SimulateCustomPolicy: policies that need not exist. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html */
export const simulateCustomPolicy = operation<SimulateCustomPolicyCommandInput, SimulateCustomPolicyCommandOutput>({
  permissions: () => [{ action: 'iam:SimulateCustomPolicy', resource: '*' }],
  handle(input, { engine }) {
    const sets: PolicySets = {
      identity: policiesOf(input.PolicyInputList, 'PolicyInputList', 'identity'),
      boundary: policiesOf(
        input.PermissionsBoundaryPolicyInputList,
        'PermissionsBoundaryPolicyInputList',
        'permissions-boundary',
      ),
      session: [],
      resource: resourcePolicyOf(input.ResourcePolicy),
    }
    const asker: Asker = { arns: input.CallerArn === undefined ? [] : [input.CallerArn], accountId: engine.accountId }
    return { EvaluationResults: simulate(input, asker, sets, givenContext(input.ContextEntries)), IsTruncated: false }
  },
})

interface Questions {
  readonly ActionNames?: string[] | undefined
  readonly ResourceArns?: string[] | undefined
}

function simulate(input: Questions, asker: Asker, sets: PolicySets, context: ConditionContext): EvaluationResult[] {
  const resources = input.ResourceArns === undefined || input.ResourceArns.length === 0 ? ['*'] : input.ResourceArns
  return (input.ActionNames ?? []).flatMap((action) => {
    if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) throw invalid(`Invalid Action: ${action}`)
    return resources.map((resource): EvaluationResult => {
      const request = { action, resource, context }
      const decision = evaluate(request, asker, sets)
      const allowsBoundary = decision.blame !== 'permissions-boundary'
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: decision.result,
        // Of a denial, the statements that deny; of anything else, those that matched.
        MatchedStatements: decision.matched
          .filter(({ statement }) => decision.result !== 'explicitDeny' || statement.effect === 'Deny')
          .map(matchedStatement),
        MissingContextValues: missingContextKeys(request, sets),
        ...(sets.boundary.length > 0 && {
          PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allowsBoundary },
        }),
      }
    })
  })
}

function matchedStatement({ policy, statement }: MatchedStatement): Statement {
  const [start, end] = statementOffsets(policy.text)[statement.index] ?? [0, 0]
  return {
    SourcePolicyId: policy.name,
    SourcePolicyType: sourceTypeOf(policy.name, policy.type),
    StartPosition: placeOf(policy.text, start),
    EndPosition: placeOf(policy.text, end + 1),
  }
}

function sourceTypeOf(name: string, type: MatchedStatement['policy']['type']): Statement['SourcePolicyType'] {
  if (type === 'resource') return 'resource'
  if (AWS_MANAGED_POLICIES.has(name)) return 'aws-managed'
  if (name.startsWith('arn:')) return 'user-managed'
  return name.includes('InputList.') ? 'none' : name.startsWith('user/') ? 'user' : 'role'
}

function principalOf(engine: Engine, arn: string): Principal {
  const match = /^arn:aws:iam::(\d{12}):(user|role)\/(?:[!-~]*\/)?([\w+=,.@-]+)$/.exec(arn)
  if (match === null || match[1] !== engine.accountId)
    throw invalid(`PolicySourceArn ${arn} is not a user or role of this account`)
  const [kind, name] = [match[2], match[3] as string]
  findIdentity(engine, kind === 'user' ? 'User' : 'Role', name)
  return kind === 'user'
    ? { kind: 'user', accountId: engine.accountId, arn, userName: name }
    : assumedRole(engine.accountId, arn, name, 'simulation')
}

function partsOf({ store, clock, accountId, region }: Engine) {
  return { store, clock, accountId, region }
}

function policiesOf(texts: string[] | undefined, list: string, type: 'identity' | 'permissions-boundary') {
  return (texts ?? []).map((text, i) => named(`${list}.${i + 1}`, type, text))
}

function resourcePolicyOf(text: string | undefined) {
  return text === undefined || text === '' ? [] : [named('ResourcePolicy', 'resource', text)]
}

function givenContext(entries: ContextEntry[] | undefined): ConditionContext {
  return new Map(
    (entries ?? []).map(({ ContextKeyName = '', ContextKeyValues = [] }) => [
      ContextKeyName.toLowerCase(),
      ContextKeyValues,
    ]),
  )
}
