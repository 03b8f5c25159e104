import type { DatabaseSync } from 'node:sqlite'
import type { Store } from './store.ts'

interface Waiting {
  readonly run: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit. Under `synchronous=FULL` every transaction waits for the disk; calls that arrive together share one.
 */
export function batchesOn(database: DatabaseSync, onRollback: () => void): Store['batch'] {
  let queue: Waiting[] = []

  const drain = (): void => {
    const batch = queue
    queue = []
    try {
      database.exec('BEGIN IMMEDIATE')
      for (const { run } of batch) run()
      // SQLite itself has rolled back when the disk was full; then nothing of the batch is there.
      if (!database.isTransaction) throw new Error('the transaction was rolled back by SQLite')
      database.exec('COMMIT')
    } catch (error) {
      onRollback()
      if (database.isTransaction) database.exec('ROLLBACK')
      for (const { reject } of batch) reject(error)
      return
    }
    for (const { resolve } of batch) resolve()
  }

  return <T>(work: () => T) =>
    new Promise<Awaited<T>>((resolve, reject) => {
      let outcome: { readonly value: T } | { readonly error: unknown } | undefined
      if (queue.length === 0) setImmediate(drain)
      queue.push({
        run: () => {
          try {
            outcome = { value: work() }
          } catch (error) {
            outcome = { error }
          }
        },
        resolve: () => {
          if (outcome !== undefined && 'value' in outcome) resolve(outcome.value as Awaited<T>)
          else reject(outcome?.error)
        },
        reject: (error) => reject(outcome !== undefined && 'error' in outcome ? outcome.error : error),
      })
    })
}
