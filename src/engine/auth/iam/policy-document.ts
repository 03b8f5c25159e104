import { isObject } from '../../../core/json.ts'
import { AwsError } from '../../wire/aws-error.ts'
import { isConditionOperator } from './condition.ts'

export interface Statement {
  readonly sid: string | undefined
  /** Place in the document, from 0. */
  readonly index: number
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly isNotAction: boolean
  readonly resources: readonly string[]
  readonly isNotResource: boolean
  readonly principal: PrincipalElement | undefined
  /** Operator → condition key → values. */
  readonly conditions: readonly {
    readonly operator: string
    readonly key: string
    readonly values: readonly string[]
  }[]
}

export interface PrincipalElement {
  readonly isNot: boolean
  readonly isEveryone: boolean
  readonly aws: readonly string[]
  readonly services: readonly string[]
}

export interface PolicyDocument {
  readonly hasVariables: boolean
  readonly statements: readonly Statement[]
}

/** Identity policies name resources, trust policies name principals, resource policies both. */
export type PolicyKind = 'identity' | 'trust' | 'resource'

const MAX_CACHED = 500
const cache = new Map<string, PolicyDocument>()

/**
 * Reads a policy document and checks its grammar.
 *
 * @throws AwsError `MalformedPolicyDocument` with every problem found
 * @source docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const id = `${kind}:${text}`
  const known = cache.get(id)
  if (known !== undefined) return known
  const parsed = readPolicy(text, kind)
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(id, parsed)
  return parsed
}

function readPolicy(text: string, kind: PolicyKind): PolicyDocument {
  const problems: string[] = []
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw malformed(['Syntax errors in policy: it is not valid JSON'])
  }
  if (!isObject(json)) throw malformed(['Syntax errors in policy: the document must be an object'])
  const version = json['Version'] ?? '2008-10-17'
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    problems.push(`Version must be "2012-10-17" or "2008-10-17", not ${JSON.stringify(version)}`)
  }
  const raw = Array.isArray(json['Statement']) ? json['Statement'] : [json['Statement']]
  if (json['Statement'] === undefined || raw.length === 0) problems.push('Statement is missing or empty')
  else if (text.includes('\uE000') || text.includes('\uE001')) problems.push('private-use characters are not allowed')
  const statements = problems.length > 0 ? [] : raw.map((item: unknown, i) => readStatement(item, i, kind, problems))
  if (problems.length > 0) throw malformed(problems)
  return { hasVariables: version === '2012-10-17', statements: statements.filter((s) => s !== undefined) }
}

function readStatement(raw: unknown, index: number, kind: PolicyKind, problems: string[]): Statement | undefined {
  const at = `Statement[${index}]`
  if (!isObject(raw)) {
    problems.push(`${at} must be an object`)
    return undefined
  }
  const effect = raw['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') problems.push(`${at}.Effect must be "Allow" or "Deny"`)
  const [actions, isNotAction] = either(raw, 'Action', 'NotAction', at, true, problems)
  const [resources, isNotResource] = either(raw, 'Resource', 'NotResource', at, kind !== 'trust', problems)
  if (kind === 'trust' && resources.length > 0) problems.push(`${at}: Has prohibited field Resource`)
  for (const action of actions) {
    if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
      problems.push(`${at}: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (${action})`)
    }
  }
  return {
    sid: typeof raw['Sid'] === 'string' ? raw['Sid'] : undefined,
    index,
    effect: effect === 'Deny' ? 'Deny' : 'Allow',
    actions: actions.map((action) => action.toLowerCase()),
    isNotAction,
    resources,
    isNotResource,
    principal: readPrincipal(raw, at, kind, problems),
    conditions: readConditions(raw['Condition'], at, problems),
  }
}

function either(
  raw: Record<string, unknown>,
  name: string,
  notName: string,
  at: string,
  isRequired: boolean,
  problems: string[],
): [readonly string[], boolean] {
  const [plain, negated] = [raw[name], raw[notName]]
  if (plain !== undefined && negated !== undefined) problems.push(`${at} has both ${name} and ${notName}`)
  const value = plain ?? negated
  if (value === undefined) {
    if (isRequired) problems.push(`${at} needs ${name} or ${notName}`)
    return [[], false]
  }
  const list = stringsOf(value)
  if (list === undefined || list.length === 0) problems.push(`${at}.${name} must be a string or a list of strings`)
  return [list ?? [], plain === undefined]
}

function readPrincipal(
  raw: Record<string, unknown>,
  at: string,
  kind: PolicyKind,
  problems: string[],
): PrincipalElement | undefined {
  const isNot = raw['Principal'] === undefined && raw['NotPrincipal'] !== undefined
  const value = raw['Principal'] ?? raw['NotPrincipal']
  if (kind === 'identity') {
    if (value !== undefined) problems.push(`${at}: Policy document should not specify a principal.`)
    return undefined
  }
  if (value === '*') return { isNot, isEveryone: true, aws: [], services: [] }
  if (!isObject(value)) {
    problems.push(`${at}: Missing required field Principal`)
    return undefined
  }
  const aws = stringsOf(value['AWS'] ?? [])
  const services = stringsOf(value['Service'] ?? [])
  const unknown = Object.keys(value).filter((name) => !['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(name))
  if (aws === undefined || services === undefined || unknown.length > 0)
    problems.push(`${at}: Invalid principal in policy`)
  return { isNot, isEveryone: aws?.includes('*') ?? false, aws: aws ?? [], services: services ?? [] }
}

function readConditions(raw: unknown, at: string, problems: string[]): Statement['conditions'] {
  if (raw === undefined) return []
  if (!isObject(raw)) {
    problems.push(`${at}.Condition must be an object`)
    return []
  }
  return Object.entries(raw).flatMap(([operator, block]) => {
    if (!isConditionOperator(operator)) problems.push(`${at}: Invalid Condition type : ${operator}.`)
    if (!isObject(block)) {
      problems.push(`${at}.Condition.${operator} must be an object`)
      return []
    }
    return Object.entries(block).map(([key, value]) => {
      const values = stringsOf(value)
      if (values === undefined) problems.push(`${at}.Condition.${operator}.${key} must be a value or a list of values`)
      return { operator, key: key.toLowerCase(), values: values ?? [] }
    })
  })
}

function stringsOf(value: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  const isScalar = (item: unknown) => typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean'
  return list.every(isScalar) ? list.map(String) : undefined
}

function malformed(problems: readonly string[]): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, problems.join('; '))
}
