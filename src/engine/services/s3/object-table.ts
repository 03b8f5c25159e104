import type { SQLOutputValue } from 'node:sqlite'
import type { Store } from '../../store/store.ts'

export interface BucketRow {
  readonly name: string
  readonly createdMs: number
  /** Bucket policy, JSON text. */
  readonly policy: string | undefined
  readonly tags: readonly S3Tag[]
}

export interface S3Tag {
  readonly key: string
  readonly value: string
}

/** Headers of an object that S3 keeps and gives back as they are. */
export type KeptHeader = 'cache-control' | 'content-disposition' | 'content-encoding' | 'content-language' | 'expires'

/** Everything about an object but its place and its bytes. */
export interface ObjectAttributes {
  readonly contentType: string
  readonly headers: Readonly<Partial<Record<KeptHeader, string>>>
  /** User metadata without its `x-amz-meta-` prefix, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: readonly S3Tag[]
  /** Base64 checksums by algorithm, as `x-amz-checksum-*` gives them. */
  readonly checksums: Readonly<Record<string, string>>
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE'
}

export const PLAIN_ATTRIBUTES: ObjectAttributes = {
  contentType: 'binary/octet-stream',
  headers: {},
  metadata: {},
  tags: [],
  checksums: {},
  checksumType: 'FULL_OBJECT',
}

export interface ObjectRow {
  readonly bucket: string
  readonly key: string
  readonly blobId: string
  readonly sizeBytes: number
  readonly etag: string
  readonly modifiedMs: number
  readonly attributes: ObjectAttributes
  /** Sizes of the parts it was uploaded in; empty for a single put. */
  readonly partSizes: readonly number[]
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS s3_bucket (
    name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, policy TEXT, tags TEXT NOT NULL DEFAULT '[]'
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS s3_object (
    bucket TEXT NOT NULL, key TEXT NOT NULL, blob_id TEXT NOT NULL, size_bytes INTEGER NOT NULL, etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL, attributes TEXT NOT NULL, part_sizes TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (bucket, key)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS s3_object_blob ON s3_object (blob_id);
`

/** Buckets and objects as rows. Keys are ordered by their UTF-8 bytes, as S3 orders them. */
export interface ObjectTable {
  bucket(name: string): BucketRow | undefined
  buckets(): BucketRow[]
  /** @returns false when the name is taken */
  insertBucket(name: string, createdMs: number): boolean
  deleteBucket(name: string): void
  setBucketPolicy(name: string, policy: string | undefined): void
  setBucketTags(name: string, tags: readonly S3Tag[]): void
  object(bucket: string, key: string): ObjectRow | undefined
  /** Inserts or replaces. @returns the blob that was replaced, if any */
  putObject(row: ObjectRow): string | undefined
  setObjectTags(bucket: string, key: string, tags: readonly S3Tag[]): void
  /** @returns the blob of the deleted object, if there was one */
  deleteObject(bucket: string, key: string): string | undefined
  /** Objects whose keys begin with `prefix` and come after `after`, at most `limit`, in order. */
  page(bucket: string, prefix: string, after: string, limit: number): ObjectRow[]
  isBlobReferenced(blobId: string): boolean
}

type Row = Record<string, SQLOutputValue>

/** Sorts after every key of S3: a byte that no UTF-8 text begins with. */
const AFTER_ALL = Buffer.from([0xff])

/** The least text greater than every key that begins with `prefix`, in order of UTF-8 bytes; a blob sorts after all text. */
export function keyAfterPrefix(prefix: string): string | Uint8Array {
  const points = Array.from(prefix)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0
    // Surrogates are no characters; the one after U+D7FF is U+E000.
    if (point < 0x10ffff) return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1)
  }
  return AFTER_ALL
}

export function openObjectTable(store: Store): ObjectTable {
  const db = store.database
  db.exec(SCHEMA)
  const selectBucket = db.prepare('SELECT * FROM s3_bucket WHERE name = ?')
  const selectBuckets = db.prepare('SELECT * FROM s3_bucket ORDER BY name')
  const insertBucket = db.prepare('INSERT OR IGNORE INTO s3_bucket (name, created_ms) VALUES (?, ?)')
  const deleteBucket = db.prepare('DELETE FROM s3_bucket WHERE name = ?')
  const updatePolicy = db.prepare('UPDATE s3_bucket SET policy = ? WHERE name = ?')
  const updateBucketTags = db.prepare('UPDATE s3_bucket SET tags = ? WHERE name = ?')
  const selectObject = db.prepare('SELECT * FROM s3_object WHERE bucket = ? AND key = ?')
  const upsertObject = db.prepare(
    `INSERT OR REPLACE INTO s3_object (bucket, key, blob_id, size_bytes, etag, modified_ms, attributes, part_sizes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateAttributes = db.prepare('UPDATE s3_object SET attributes = ? WHERE bucket = ? AND key = ?')
  const deleteObject = db.prepare('DELETE FROM s3_object WHERE bucket = ? AND key = ? RETURNING blob_id')
  const selectPage = db.prepare(
    'SELECT * FROM s3_object WHERE bucket = ? AND key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?',
  )
  const selectBlob = db.prepare('SELECT 1 FROM s3_object WHERE blob_id = ?')

  const object = (bucket: string, key: string): ObjectRow | undefined => {
    const row = selectObject.get(bucket, key)
    return row === undefined ? undefined : objectOf(row)
  }
  return {
    bucket: (name) => {
      const row = selectBucket.get(name)
      return row === undefined ? undefined : bucketOf(row)
    },
    buckets: () => selectBuckets.all().map(bucketOf),
    insertBucket: (name, createdMs) => insertBucket.run(name, createdMs).changes === 1,
    deleteBucket: (name) => void deleteBucket.run(name),
    setBucketPolicy: (name, policy) => void updatePolicy.run(policy ?? null, name),
    setBucketTags: (name, tags) => void updateBucketTags.run(JSON.stringify(tags), name),
    object,
    putObject: (row) =>
      store.transaction(() => {
        const replaced = object(row.bucket, row.key)?.blobId
        const { bucket, key, blobId, sizeBytes, etag, modifiedMs, attributes, partSizes } = row
        const texts = [JSON.stringify(attributes), JSON.stringify(partSizes)] as const
        upsertObject.run(bucket, key, blobId, sizeBytes, etag, modifiedMs, ...texts)
        return replaced
      }),
    setObjectTags: (bucket, key, tags) =>
      store.transaction(() => {
        const row = object(bucket, key)
        if (row !== undefined) updateAttributes.run(JSON.stringify({ ...row.attributes, tags }), bucket, key)
      }),
    deleteObject: (bucket, key) => deleteObject.get(bucket, key)?.['blob_id'] as string | undefined,
    page: (bucket, prefix, after, limit) =>
      selectPage.all(bucket, prefix, after, keyAfterPrefix(prefix), limit).map(objectOf),
    isBlobReferenced: (blobId) => selectBlob.get(blobId) !== undefined,
  }
}

function bucketOf(row: Row): BucketRow {
  return {
    name: row['name'] as string,
    createdMs: row['created_ms'] as number,
    policy: (row['policy'] as string | null) ?? undefined,
    tags: JSON.parse(row['tags'] as string) as S3Tag[],
  }
}

function objectOf(row: Row): ObjectRow {
  return {
    bucket: row['bucket'] as string,
    key: row['key'] as string,
    blobId: row['blob_id'] as string,
    sizeBytes: row['size_bytes'] as number,
    etag: row['etag'] as string,
    modifiedMs: row['modified_ms'] as number,
    attributes: JSON.parse(row['attributes'] as string) as ObjectAttributes,
    partSizes: JSON.parse(row['part_sizes'] as string) as number[],
  }
}
