import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { internalError } from '../../../core/errors.ts'
import type { Clock } from '../../../core/clock.ts'
import type { Store } from '../../store/store.ts'
import type { BlobStore } from './blob-store.ts'
import type { ObjectStore, StoredObject } from './object-store.ts'
import { PLAIN_ATTRIBUTES, type ObjectRow, type ObjectTable } from './object-table.ts'

const PAGE = 500

/** S3 objects as rows and blobs: the port for the engine's other services, and the ground under S3's own operations. */
export interface StoredObjects extends ObjectStore {
  readonly table: ObjectTable
  readonly blobs: BlobStore
  /**
   * Makes a written blob the content of an object; the blob that it replaces goes, once the row is on disk.
   *
   * @param inTransaction what else happens in the same transaction: `check` before the row is written, `alongside` after;
   *   when one throws, nothing is written and the new blob goes instead
   */
  commit(
    row: Omit<ObjectRow, 'modifiedMs'>,
    inTransaction?: { readonly check?: () => void; readonly alongside?: () => void },
  ): Promise<ObjectRow>
  /** Deletes a blob that rows have let go, once the transaction at hand has ended. A crash leaves it to the sweep. */
  release(blobId: string | undefined): void
}

export function createStoredObjects(
  store: Store,
  table: ObjectTable,
  blobs: BlobStore,
  clock: Clock,
  isReferenced: (blobId: string) => boolean,
): StoredObjects {
  const storedOf = (row: ObjectRow): StoredObject => ({
    bucket: row.bucket,
    key: row.key,
    sizeBytes: row.sizeBytes,
    etag: row.etag,
    lastModified: new Date(row.modifiedMs),
    contentType: row.attributes.contentType,
    blobPath: blobs.pathOf(row.blobId),
  })

  const release: StoredObjects['release'] = (blobId) => {
    if (blobId === undefined) return
    // Transactions are synchronous, so by then it has ended; if it was undone, the row refers to the blob still.
    setImmediate(() => {
      if (store.database.isOpen && !isReferenced(blobId)) blobs.discard(blobId)
    })
  }

  const commit: StoredObjects['commit'] = async (given, inTransaction = {}) => {
    const row = { ...given, modifiedMs: clock.now().getTime() }
    let replaced: string | undefined
    try {
      await store.batch(() =>
        store.transaction(() => {
          inTransaction.check?.()
          replaced = table.putObject(row)
          inTransaction.alongside?.()
        }),
      )
    } catch (error) {
      blobs.discard(row.blobId)
      throw error
    }
    blobs.settle(row.blobId)
    release(replaced)
    return row
  }

  const requireBucket = (bucket: string): void => {
    if (table.bucket(bucket) === undefined) throw internalError(`no bucket "${bucket}"`)
  }

  const put = async (bucket: string, key: string, blobId: string, etag: string, contentType: string | undefined) => {
    const { size } = await stat(blobs.pathOf(blobId))
    const attributes = { ...PLAIN_ATTRIBUTES, contentType: contentType ?? PLAIN_ATTRIBUTES.contentType }
    return storedOf(await commit({ bucket, key, blobId, sizeBytes: size, etag, attributes, partSizes: [] }))
  }

  return {
    table,
    blobs,
    commit,
    release,
    hasBucket: (bucket) => table.bucket(bucket) !== undefined,
    head: (bucket, key) => {
      const row = table.object(bucket, key)
      return row === undefined ? undefined : storedOf(row)
    },
    *list(bucket, prefix) {
      let after = ''
      for (;;) {
        const rows = table.page(bucket, prefix, after, PAGE)
        for (const row of rows) yield storedOf(row)
        if (rows.length < PAGE) return
        after = rows.at(-1)?.key ?? ''
      }
    },
    async putFile(bucket, key, path, options = {}) {
      requireBucket(bucket)
      const blobId = await blobs.adopt(path, options.take ?? 'copy')
      return put(bucket, key, blobId, await md5OfFile(blobs.pathOf(blobId)), options.contentType)
    },
    async putBytes(bucket, key, bytes, options = {}) {
      requireBucket(bucket)
      const blobId = await blobs.write(bytes)
      return put(bucket, key, blobId, createHash('md5').update(bytes).digest('hex'), options.contentType)
    },
    async read(bucket, key) {
      const row = table.object(bucket, key)
      return row === undefined ? undefined : new Uint8Array(await readFile(blobs.pathOf(row.blobId)))
    },
    delete(bucket, key) {
      release(table.deleteObject(bucket, key))
    },
  }
}

async function md5OfFile(path: string): Promise<string> {
  const hash = createHash('md5')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
