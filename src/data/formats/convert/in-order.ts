/**
 * Works on items some ahead of the reader, results in the items' order; at most `limit` are under way or waiting.
 *
 * The first failure, of the items or of the work, ends it after what came before it.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const queue: Promise<{ value: R } | { error: unknown }>[] = []
  for await (const item of items) {
    queue.push(
      work(item).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      ),
    )
    if (queue.length >= limit) yield take(await queue.shift()!)
  }
  for (const settled of queue) yield take(await settled)
}

function take<R>(settled: { value: R } | { error: unknown }): R {
  if ('error' in settled) throw settled.error
  return settled.value
}
