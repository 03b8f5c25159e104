import { validationError } from '../../wire/aws-error.ts'

/** One page of items in order of their ids; the token is the id of the last one given. */
export function pageOf<T extends { readonly id: string }>(
  items: readonly T[],
  token: string | undefined,
  limit: number,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const last = token === undefined ? undefined : Buffer.from(token, 'base64url').toString('utf8')
  if (last === '') throw validationError('Parameter NextToken is not valid.')
  const rest = last === undefined ? items : items.filter((item) => item.id > last)
  const page = rest.slice(0, limit)
  const end = page.at(-1)
  return {
    items: page,
    nextToken: end !== undefined && rest.length > limit ? Buffer.from(end.id).toString('base64url') : undefined,
  }
}
