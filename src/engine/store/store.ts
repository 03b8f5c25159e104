import type { DatabaseSync } from 'node:sqlite'

/**
 * Rows of one kind, each a JSON value under an id. Reads and writes are synchronous and durable: when `put` returns,
 * a crash cannot lose it. Dates are stored as values and come back as `Date`.
 */
export interface Collection<T> {
  get(id: string): T | undefined
  /** Inserts or replaces. */
  put(id: string, value: T): void
  /** @returns false, and changes nothing, when the id is taken */
  insert(id: string, value: T): boolean
  /** Reads, changes and writes in one transaction. @returns the new value, or undefined when there is none */
  update(id: string, change: (value: T) => T): T | undefined
  delete(id: string): boolean
  /** In order of id, optionally only ids that start with `prefix`. */
  list(prefix?: string): { readonly id: string; readonly value: T }[]
}

/** One SQLite database (WAL, `synchronous=FULL`) that holds everything but object bytes. */
export interface Store {
  /** Changes with every write to the collection `name`, undone ones included; what was read under the same number still holds. */
  revision(name: string): number
  /** The rows named `name`, e.g. `sagemaker.training-job`. Cheap; call it where it is used. */
  collection<T>(name: string): Collection<T>
  /** All or nothing; nested calls join the outer transaction. */
  transaction<T>(work: () => T): T
  /**
   * Runs `work` in one transaction with all other work that waits at this moment, so that one disk sync serves them
   * all, and resolves once that is on disk. Work that throws rejects its own promise only, and what it wrote before
   * stays: use {@link Store.transaction} inside where that matters.
   */
  batch<T>(work: () => T): Promise<Awaited<T>>
  /** For services whose rows need columns and indexes of their own (objects, log events). */
  readonly database: DatabaseSync
}
