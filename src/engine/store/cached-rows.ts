import type { Store } from './store.ts'

const MAX_ROWS = 1000

/**
 * Reads rows of a small, hot collection from memory for as long as nobody writes to the collection. The values are
 * shared between callers, who must not change them.
 */
export function cachedRows<T extends object>(store: Store, name: string): (id: string) => T | undefined {
  const rows = new Map<string, T | undefined>()
  const collection = store.collection<T>(name)
  let revision = -1
  return (id) => {
    const current = store.revision(name)
    if (current !== revision || rows.size >= MAX_ROWS) {
      rows.clear()
      revision = current
    }
    if (rows.has(id)) return rows.get(id)
    const row = collection.get(id)
    rows.set(id, row)
    return row
  }
}
