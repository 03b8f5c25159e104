import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { batchesOn } from './batches.ts'
import { parseRow, serializeRow } from './row.ts'
import type { Collection, Store } from './store.ts'

/** A {@link Store} that owns its database file. */
export interface OwnedStore extends Store {
  close(): void
}

/** Opens the database, made with its folder when missing. A crash at any moment leaves it as of the last transaction. */
export function openStore(path: string): OwnedStore {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout: 5000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000')
  database.exec(
    `CREATE TABLE IF NOT EXISTS row (collection TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
     PRIMARY KEY (collection, id)) WITHOUT ROWID`,
  )
  const revisions = new Revisions()
  const transaction = transactionsOn(database, revisions)
  const makeCollection = collectionsOn(database, transaction, revisions)
  const made = new Map<string, Collection<unknown>>()
  return {
    database,
    transaction,
    batch: batchesOn(database, () => revisions.changeAll()),
    revision: (name) => revisions.of(name),
    collection<T>(name: string): Collection<T> {
      const collection = made.get(name) ?? makeCollection(name)
      made.set(name, collection)
      return collection as Collection<T>
    },
    close: () => database.close(),
  }
}

/** BEGIN IMMEDIATE … COMMIT around the outermost call; inner calls are savepoints, so a caught failure undoes only itself. */
function transactionsOn(database: DatabaseSync, revisions: Revisions): Store['transaction'] {
  let savepoints = 0
  return (work) => {
    const savepoint = database.isTransaction ? `inner${savepoints++}` : undefined
    database.exec(savepoint === undefined ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`)
    try {
      const result = work()
      database.exec(savepoint === undefined ? 'COMMIT' : `RELEASE ${savepoint}`)
      return result
    } catch (error) {
      revisions.changeAll()
      // SQLite itself has rolled back on some failures, a full disk among them.
      if (database.isTransaction) {
        database.exec(savepoint === undefined ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`)
      }
      throw error
    } finally {
      if (savepoint !== undefined) savepoints--
    }
  }
}

/** Counts the changes to each collection. */
class Revisions {
  readonly #byName = new Map<string, number>()
  #all = 0

  of(name: string): number {
    return this.#all + (this.#byName.get(name) ?? 0)
  }

  change(name: string): void {
    this.#byName.set(name, (this.#byName.get(name) ?? 0) + 1)
  }

  /** After a rollback: whatever was read inside the transaction no longer holds. */
  changeAll(): void {
    this.#all++
  }
}

function collectionsOn(database: DatabaseSync, transaction: Store['transaction'], revisions: Revisions) {
  const select = database.prepare('SELECT value FROM row WHERE collection = ? AND id = ?')
  const selectAll = database.prepare('SELECT id, value FROM row WHERE collection = ? ORDER BY id')
  const selectFrom = database.prepare('SELECT id, value FROM row WHERE collection = ? AND id >= ? ORDER BY id')
  const upsert = database.prepare('INSERT OR REPLACE INTO row (collection, id, value) VALUES (?, ?, ?)')
  const insert = database.prepare('INSERT OR IGNORE INTO row (collection, id, value) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM row WHERE collection = ? AND id = ?')

  return (name: string): Collection<unknown> => {
    const get = (id: string): unknown => {
      const row = select.get(name, id)
      return row === undefined ? undefined : parseRow(row['value'] as string)
    }
    return {
      get,
      put: (id, value) => {
        revisions.change(name)
        upsert.run(name, id, serializeRow(value))
      },
      insert: (id, value) => {
        revisions.change(name)
        return insert.run(name, id, serializeRow(value)).changes === 1
      },
      update: (id, change) =>
        transaction(() => {
          const current = get(id)
          if (current === undefined) return undefined
          const next = change(current)
          revisions.change(name)
          upsert.run(name, id, serializeRow(next))
          return next
        }),
      delete: (id) => {
        revisions.change(name)
        return remove.run(name, id).changes === 1
      },
      list: (prefix) => {
        const rows: { id: string; value: unknown }[] = []
        const found = prefix === undefined || prefix === '' ? selectAll.iterate(name) : selectFrom.iterate(name, prefix)
        for (const row of found) {
          const id = row['id'] as string
          // Ids are in order, so the first one without the prefix ends the run.
          if (prefix !== undefined && !id.startsWith(prefix)) break
          rows.push({ id, value: parseRow(row['value'] as string) })
        }
        return rows
      },
    }
  }
}
