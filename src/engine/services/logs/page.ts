import { invalidParameter } from './errors.ts'
import type { LogPosition } from './log-store.ts'

/** One page of a list in memory; the token is the name of the last item given. */
export function pageAfter<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  token: string | undefined,
  limit: number,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const last = token === undefined ? -1 : items.findIndex((item) => nameOf(item) === decode(token))
  if (token !== undefined && last < 0) throw invalidParameter('The specified nextToken is invalid.')
  const page = items.slice(last + 1, last + 1 + limit)
  const end = page.at(-1)
  const more = last + 1 + limit < items.length && end !== undefined
  return { items: page, nextToken: more ? Buffer.from(nameOf(end)).toString('base64url') : undefined }
}

const decode = (token: string): string => Buffer.from(token, 'base64url').toString('utf8')

export function formatPosition(direction: 'f' | 'b', position: LogPosition): string {
  return `${direction}/${position.timeMs}/${position.seq}`
}

/** @throws InvalidParameterException when the token is none of ours */
export function parsePosition(token: string): { direction: 'f' | 'b'; position: LogPosition } {
  const match = /^([fb])\/(-?\d{1,16})\/(-?\d{1,16})$/.exec(token)
  if (!match) throw invalidParameter('The specified nextToken is invalid.')
  return {
    direction: match[1] as 'f' | 'b',
    position: { timeMs: Number(match[2]), seq: Number(match[3]) },
  }
}
