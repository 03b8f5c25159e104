import type { Entry } from './entry.ts'
import { compareKeys } from './key-order.ts'

/** What two listings have under one key; at least one of them has something. */
export interface Pair<S, T> {
  readonly key: string
  readonly source?: S
  readonly target?: T
}

/**
 * Walks two listings, each in order of key, side by side: memory holds one entry of each, however many there are.
 *
 * @throws Error `internal:` when a listing is out of order
 */
export async function* mergeJoin<S extends Entry, T extends Entry>(
  sources: AsyncIterable<S>,
  targets: AsyncIterable<T>,
): AsyncGenerator<Pair<S, T>> {
  const left = ordered(sources)
  const right = ordered(targets)
  try {
    let [source, target] = [await next(left), await next(right)]
    while (source !== undefined || target !== undefined) {
      const order = source === undefined ? 1 : target === undefined ? -1 : compareKeys(source.key, target.key)
      const key = (order <= 0 ? source : target)!.key
      yield {
        key,
        ...(order <= 0 && source !== undefined && { source }),
        ...(order >= 0 && target !== undefined && { target }),
      }
      if (order <= 0) source = await next(left)
      if (order >= 0) target = await next(right)
    }
  } finally {
    await left.return(undefined)
    await right.return(undefined)
  }
}

async function next<T>(iterator: AsyncIterator<T>): Promise<T | undefined> {
  const result = await iterator.next()
  return result.done === true ? undefined : result.value
}

async function* ordered<E extends Entry>(entries: AsyncIterable<E>): AsyncGenerator<E> {
  let last: string | undefined
  for await (const entry of entries) {
    // Out of order, an entry of the other side would look as if it were missing here, and be deleted.
    if (last !== undefined && compareKeys(last, entry.key) >= 0) {
      throw new Error(`internal: the listing gives "${entry.key}" after "${last}"`)
    }
    last = entry.key
    yield entry
  }
}
