import { invalid } from './iam-errors.ts'

interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** One page of a list that is in memory, by IAM's `Marker` and `MaxItems`. */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { Marker, MaxItems = 100 }: PageInput,
): { readonly items: T[]; readonly IsTruncated: boolean; readonly Marker?: string } {
  const after = Marker === undefined ? undefined : Buffer.from(Marker, 'base64url').toString('utf8')
  const start = after === undefined ? 0 : items.findIndex((item) => nameOf(item) === after) + 1
  if (after !== undefined && start === 0) throw invalid('Invalid Marker')
  if (MaxItems < 1 || MaxItems > 1000) throw invalid('MaxItems must be between 1 and 1000')
  const page = items.slice(start, start + MaxItems)
  const last = page.at(-1)
  if (start + MaxItems >= items.length || last === undefined) return { items: page, IsTruncated: false }
  return { items: page, IsTruncated: true, Marker: Buffer.from(nameOf(last)).toString('base64url') }
}
