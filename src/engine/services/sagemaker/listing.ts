import { validationError } from '../../wire/aws-error.ts'

/** The members that SageMaker's List operations share. */
export interface ListInput {
  readonly NextToken?: string
  readonly MaxResults?: number
  readonly SortBy?: string
  readonly SortOrder?: string
  readonly NameContains?: string
  readonly StatusEquals?: string
  readonly CreationTimeAfter?: Date
  readonly CreationTimeBefore?: Date
  readonly LastModifiedTimeAfter?: Date
  readonly LastModifiedTimeBefore?: Date
}

/** What listing needs to know of a row. */
export interface Listed {
  readonly name: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly status?: string
  /** What else rows may be sorted by: text in the order wanted. A row without the key asked for is not listed. */
  readonly keys?: Readonly<Record<string, string | undefined>>
}

export interface ListDefaults {
  /** Key when the request names none. @default 'CreationTime' */
  readonly sortBy?: 'Name' | 'CreationTime' | 'Status'
  /** @default 'Descending' */
  readonly sortOrder?: 'Ascending' | 'Descending'
}

/**
 * Filters, sorts and pages rows as SageMaker's List operations do.
 *
 * A page token names the last row given, so that rows created or deleted meanwhile neither repeat nor hide others.
 *
 * @throws ValidationException for a token that this function did not give, or MaxResults outside 1 to 100
 */
export function listPage<Row>(
  rows: readonly Row[],
  facts: (row: Row) => Listed,
  input: ListInput,
  defaults: ListDefaults = {},
): { page: Row[]; NextToken?: string } {
  const limit = input.MaxResults ?? 10
  if (limit < 1 || limit > 100) throw validationError(`MaxResults must be between 1 and 100, but is ${limit}`)
  const sortBy = input.SortBy ?? defaults.sortBy ?? 'CreationTime'
  const sign = (input.SortOrder ?? defaults.sortOrder ?? 'Descending') === 'Ascending' ? 1 : -1
  const keyed = rows
    .map((row) => ({ row, fact: facts(row) }))
    .filter(({ fact }) => isWanted(fact, input) && !(fact.keys && sortBy in fact.keys && !fact.keys[sortBy]))
    .map(({ row, fact }) => ({ row, key: sortKey(fact, sortBy) }))
    .sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const after = input.NextToken === undefined ? undefined : openToken(input.NextToken)
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => (sign > 0 ? key > after : key < after))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    page: page.map(({ row }) => row),
    ...(rest.length > limit && last ? { NextToken: sealToken(last.key) } : {}),
  }
}

function isWanted(fact: Listed, input: ListInput): boolean {
  return (
    (input.NameContains === undefined || fact.name.toLowerCase().includes(input.NameContains.toLowerCase())) &&
    (input.StatusEquals === undefined || fact.status === input.StatusEquals) &&
    (input.CreationTimeAfter === undefined || fact.createdAt > input.CreationTimeAfter) &&
    (input.CreationTimeBefore === undefined || fact.createdAt < input.CreationTimeBefore) &&
    (input.LastModifiedTimeAfter === undefined || fact.modifiedAt > input.LastModifiedTimeAfter) &&
    (input.LastModifiedTimeBefore === undefined || fact.modifiedAt < input.LastModifiedTimeBefore)
  )
}

/** Unique: the name follows whatever is sorted by. */
function sortKey(fact: Listed, sortBy: string): string {
  const own = { Name: '', Status: fact.status ?? '', LastModifiedTime: fact.modifiedAt.toISOString() }
  const first = { ...own, ...fact.keys }[sortBy]
  return `${first ?? fact.createdAt.toISOString()}\u0000${fact.name}`
}

function sealToken(key: string): string {
  return Buffer.from(`k1:${key}`, 'utf8').toString('base64url')
}

function openToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  if (!text.startsWith('k1:')) throw validationError(`Invalid pagination token: ${token}`)
  return text.slice(3)
}
