import { SimulatePrincipalPolicyCommand, type IAMClient, type Statement } from '@aws-sdk/client-iam'
import { ROLE_NAMES, scopedArns, type AccountScope } from './account-scope.ts'
import { rolePolicyText } from './apply-governance.ts'
import { roleActionMatrix, type AccessExpectation } from './role-action-matrix.ts'

/** What IAM says about one expectation. */
export interface AccessFinding extends AccessExpectation {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** Statements that matched, as `policy#Sid`; none for an implicit deny. */
  readonly decidedBy: readonly string[]
  readonly asExpected: boolean
}

/**
 * Asks IAM itself every question of the role × action matrix.
 *
 * @returns one finding an expectation, in the order of the matrix
 */
export async function checkAccess(client: IAMClient, scope: AccountScope): Promise<AccessFinding[]> {
  const arns = scopedArns(scope)
  const texts = new Map<string, Promise<string>>()
  const policyText = (role: string, policy: string) => {
    const key = `${role}/${policy}`
    let text = texts.get(key)
    if (!text) texts.set(key, (text = rolePolicyText(client, role, policy)))
    return text
  }
  const findings: AccessFinding[] = []
  for (const expectation of roleActionMatrix(scope)) {
    const answer = await client.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: arns.role(expectation.role),
        ActionNames: [expectation.action],
        ResourceArns: [expectation.resource],
        ContextEntries: Object.entries(expectation.context ?? {}).map(([ContextKeyName, value]) => ({
          ContextKeyName,
          ContextKeyValues: [value],
          ContextKeyType: 'string',
        })),
      }),
    )
    const result = answer.EvaluationResults?.[0]
    const decision = result?.EvalDecision ?? 'implicitDeny'
    const roleName = ROLE_NAMES[expectation.role]
    const decidedBy: string[] = []
    for (const statement of result?.MatchedStatements ?? []) {
      decidedBy.push(await statementName(statement, (policy) => policyText(roleName, policy)))
    }
    findings.push({
      ...expectation,
      decision,
      decidedBy,
      asExpected: (decision === 'allowed') === (expectation.expected === 'allowed'),
    })
  }
  return findings
}

/** IAM names a policy and a place in its text; the statement's Sid stands there. */
async function statementName(statement: Statement, textOf: (policy: string) => Promise<string>): Promise<string> {
  const source = statement.SourcePolicyId ?? 'unknown policy'
  const policy = source.split('/').at(-1) as string
  if (!statement.StartPosition || !statement.EndPosition) return source
  const text = await textOf(policy)
  const start = offsetOf(text, statement.StartPosition)
  const sid = /"Sid"\s*:\s*"([^"]+)"/.exec(text.slice(Math.max(0, start - 1), offsetOf(text, statement.EndPosition)))
  return sid ? `${policy}#${sid[1]}` : policy
}

function offsetOf(text: string, position: { readonly Line?: number; readonly Column?: number }): number {
  const lines = text.split('\n').slice(0, Math.max(0, (position.Line ?? 1) - 1))
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + (position.Column ?? 1)
}
