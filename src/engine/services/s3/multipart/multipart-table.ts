import type { SQLOutputValue } from 'node:sqlite'
import type { Store } from '../../../store/store.ts'
import type { ObjectAttributes } from '../object-table.ts'

export interface UploadRow {
  readonly uploadId: string
  readonly bucket: string
  readonly key: string
  readonly initiatedMs: number
  /** ARN of who began it. */
  readonly initiator: string
  readonly attributes: ObjectAttributes
  /** Checksum algorithm of the upload, if it has one. */
  readonly checksumName: string | undefined
}

export interface PartRow {
  readonly uploadId: string
  /** 1 to 10,000 */
  readonly partNumber: number
  readonly blobId: string
  readonly sizeBytes: number
  readonly etag: string
  readonly modifiedMs: number
  readonly checksums: Readonly<Record<string, string>>
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS s3_upload (
    upload_id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, initiated_ms INTEGER NOT NULL,
    initiator TEXT NOT NULL, attributes TEXT NOT NULL, checksum_name TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS s3_upload_key ON s3_upload (bucket, key, upload_id);
  CREATE TABLE IF NOT EXISTS s3_part (
    upload_id TEXT NOT NULL, part_number INTEGER NOT NULL, blob_id TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    etag TEXT NOT NULL, modified_ms INTEGER NOT NULL, checksums TEXT NOT NULL, PRIMARY KEY (upload_id, part_number)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS s3_part_blob ON s3_part (blob_id);
`

/** Multipart uploads that have been begun and neither completed nor aborted, with their parts. */
export interface MultipartTable {
  insert(row: UploadRow): void
  upload(uploadId: string): UploadRow | undefined
  /** In order of key, then of upload id, after the given place. */
  uploads(bucket: string, prefix: string, after: { key: string; uploadId: string }, limit: number): UploadRow[]
  hasUploads(bucket: string): boolean
  /** @returns the blob of the part that was replaced, if any */
  putPart(row: PartRow): string | undefined
  parts(uploadId: string, afterNumber: number, limit: number): PartRow[]
  /** Forgets the upload and its parts. @returns the blobs of its parts */
  delete(uploadId: string): string[]
  isBlobReferenced(blobId: string): boolean
}

type Row = Record<string, SQLOutputValue>

export function openMultipartTable(store: Store): MultipartTable {
  const db = store.database
  db.exec(SCHEMA)
  const insertUpload = db.prepare('INSERT INTO s3_upload VALUES (?, ?, ?, ?, ?, ?, ?)')
  const selectUpload = db.prepare('SELECT * FROM s3_upload WHERE upload_id = ?')
  const selectUploads = db.prepare(
    `SELECT * FROM s3_upload WHERE bucket = ? AND (key, upload_id) > (?, ?) AND substr(key, 1, ?) = ?
     ORDER BY key, upload_id LIMIT ?`,
  )
  const deleteUpload = db.prepare('DELETE FROM s3_upload WHERE upload_id = ?')
  const selectPart = db.prepare('SELECT * FROM s3_part WHERE upload_id = ? AND part_number = ?')
  const upsertPart = db.prepare('INSERT OR REPLACE INTO s3_part VALUES (?, ?, ?, ?, ?, ?, ?)')
  const selectParts = db.prepare(
    'SELECT * FROM s3_part WHERE upload_id = ? AND part_number > ? ORDER BY part_number LIMIT ?',
  )
  const deleteParts = db.prepare('DELETE FROM s3_part WHERE upload_id = ? RETURNING blob_id')
  const selectBlob = db.prepare('SELECT 1 FROM s3_part WHERE blob_id = ?')
  const anyUpload = db.prepare('SELECT 1 FROM s3_upload WHERE bucket = ? LIMIT 1')
  return {
    insert: (row) => {
      const { uploadId, bucket, key, initiatedMs, initiator, attributes, checksumName } = row
      insertUpload.run(uploadId, bucket, key, initiatedMs, initiator, JSON.stringify(attributes), checksumName ?? null)
    },
    upload: (uploadId) => {
      const row = selectUpload.get(uploadId)
      return row === undefined ? undefined : uploadOf(row)
    },
    uploads: (bucket, prefix, after, limit) =>
      selectUploads.all(bucket, after.key, after.uploadId, Array.from(prefix).length, prefix, limit).map(uploadOf),
    hasUploads: (bucket) => anyUpload.get(bucket) !== undefined,
    putPart: (row) =>
      store.transaction(() => {
        const replaced = selectPart.get(row.uploadId, row.partNumber)?.['blob_id'] as string | undefined
        const { uploadId, partNumber, blobId, sizeBytes, etag, modifiedMs, checksums } = row
        upsertPart.run(uploadId, partNumber, blobId, sizeBytes, etag, modifiedMs, JSON.stringify(checksums))
        return replaced
      }),
    parts: (uploadId, afterNumber, limit) => selectParts.all(uploadId, afterNumber, limit).map(partOf),
    delete: (uploadId) =>
      store.transaction(() => {
        deleteUpload.run(uploadId)
        return deleteParts.all(uploadId).map((row) => row['blob_id'] as string)
      }),
    isBlobReferenced: (blobId) => selectBlob.get(blobId) !== undefined,
  }
}

function uploadOf(row: Row): UploadRow {
  return {
    uploadId: row['upload_id'] as string,
    bucket: row['bucket'] as string,
    key: row['key'] as string,
    initiatedMs: row['initiated_ms'] as number,
    initiator: row['initiator'] as string,
    attributes: JSON.parse(row['attributes'] as string) as ObjectAttributes,
    checksumName: (row['checksum_name'] as string | null) ?? undefined,
  }
}

function partOf(row: Row): PartRow {
  return {
    uploadId: row['upload_id'] as string,
    partNumber: row['part_number'] as number,
    blobId: row['blob_id'] as string,
    sizeBytes: row['size_bytes'] as number,
    etag: row['etag'] as string,
    modifiedMs: row['modified_ms'] as number,
    checksums: JSON.parse(row['checksums'] as string) as Record<string, string>,
  }
}
