/**
 * Does `work` on every item, at most `limit` at a time, taking items only as fast as they are done. The first failure
 * stops new work, waits for what is under way and is thrown.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : (items as Iterable<T>)[Symbol.iterator]()
  let index = 0
  let failed = false
  // One lane asks at a time: not every iterator answers overlapping questions in order.
  let asking: Promise<unknown> = Promise.resolve()
  const take = (): Promise<IteratorResult<T>> => {
    const asked = asking.then(() => (failed ? { done: true as const, value: undefined } : iterator.next()))
    asking = asked.catch(() => undefined)
    return asked
  }
  const lane = async (): Promise<void> => {
    try {
      for (let item = await take(); item.done !== true; item = await take()) await work(item.value, index++)
    } catch (error) {
      failed = true
      throw error
    }
  }
  try {
    const lanes = await Promise.allSettled(Array.from({ length: limit }, lane))
    for (const one of lanes) if (one.status === 'rejected') throw one.reason
  } finally {
    await iterator.return?.()
  }
}

/** Applies `work` to at most `limit` items at a time and gives the results in the items' order. */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  try {
    for await (const item of items) {
      const one = work(item)
      // It is awaited later; until then its failure must not count as unhandled.
      one.catch(() => undefined)
      underWay.push(one)
      if (underWay.length >= limit) yield await (underWay.shift() as Promise<R>)
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<R>)
  } finally {
    await Promise.allSettled(underWay)
  }
}
