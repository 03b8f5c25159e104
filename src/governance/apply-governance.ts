import {
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam'
import { canonicalJson, parseJson } from '../core/json.ts'
import type { AccountScope } from './account-scope.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { RoleDefinition } from './role-definition.ts'
import { roleDefinitions } from './role-definitions.ts'

/** What was done to one role. */
export interface AppliedRole {
  readonly roleName: string
  readonly roleArn: string
  readonly action: 'created' | 'updated' | 'unchanged'
  /** Documents that differed: `trust`, or the name of an inline policy. */
  readonly changes: readonly string[]
}

/**
 * Brings the account's roles to what the documents here say: missing roles are made, differing documents replaced,
 * inline policies that are no longer defined removed. Repeating it changes nothing.
 */
export async function applyGovernance(client: IAMClient, scope: AccountScope): Promise<AppliedRole[]> {
  const applied: AppliedRole[] = []
  for (const role of Object.values(roleDefinitions(scope))) applied.push(await applyRole(client, role))
  return applied
}

async function applyRole(client: IAMClient, role: RoleDefinition): Promise<AppliedRole> {
  const changes: string[] = []
  const known = await getRole(client, role.name)
  const roleArn = known?.arn ?? (await createRole(client, role))
  if (known && !isSame(known.trust, role.trust)) {
    const PolicyDocument = JSON.stringify(role.trust)
    await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: role.name, PolicyDocument }))
    changes.push('trust')
  }
  const names = known ? await inlinePolicyNames(client, role.name) : []
  for (const [PolicyName, document] of Object.entries(role.policies)) {
    const current = names.includes(PolicyName) ? await rolePolicyText(client, role.name, PolicyName) : undefined
    if (current !== undefined && isSame(current, document)) continue
    await client.send(
      new PutRolePolicyCommand({ RoleName: role.name, PolicyName, PolicyDocument: JSON.stringify(document) }),
    )
    changes.push(PolicyName)
  }
  for (const PolicyName of names.filter((name) => !Object.hasOwn(role.policies, name))) {
    await client.send(new DeleteRolePolicyCommand({ RoleName: role.name, PolicyName }))
    changes.push(PolicyName)
  }
  const action = known ? (changes.length > 0 ? 'updated' : 'unchanged') : 'created'
  return { roleName: role.name, roleArn, action, changes }
}

async function getRole(client: IAMClient, name: string): Promise<{ arn: string; trust: string } | undefined> {
  try {
    const { Role } = await client.send(new GetRoleCommand({ RoleName: name }))
    return { arn: Role?.Arn as string, trust: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '') }
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('NoSuchEntity')) return undefined
    throw error
  }
}

async function createRole(client: IAMClient, role: RoleDefinition): Promise<string> {
  const { Role } = await client.send(
    new CreateRoleCommand({
      RoleName: role.name,
      Description: role.description,
      AssumeRolePolicyDocument: JSON.stringify(role.trust),
      Tags: [{ Key: 'skyloop', Value: 'governance' }],
    }),
  )
  return Role?.Arn as string
}

async function inlinePolicyNames(client: IAMClient, roleName: string): Promise<string[]> {
  const names: string[] = []
  let Marker: string | undefined
  do {
    const page = await client.send(new ListRolePoliciesCommand({ RoleName: roleName, Marker }))
    names.push(...(page.PolicyNames ?? []))
    Marker = page.IsTruncated ? page.Marker : undefined
  } while (Marker !== undefined)
  return names
}

/** The text of an inline policy, as it was put. */
export async function rolePolicyText(client: IAMClient, roleName: string, policyName: string): Promise<string> {
  const { PolicyDocument } = await client.send(new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policyName }))
  return decodeURIComponent(PolicyDocument ?? '')
}

function isSame(text: string, document: PolicyDocument): boolean {
  return text !== '' && canonicalJson(parseJson(text, 'policy document')) === canonicalJson(document)
}
