/** One object as the store holds it. */
export interface StoredObject {
  readonly bucket: string
  readonly key: string
  readonly sizeBytes: number
  /** Without quotes. */
  readonly etag: string
  readonly lastModified: Date
  readonly contentType: string
  /** File that holds the bytes. Immutable: it may be hard-linked, never written to. */
  readonly blobPath: string
}

/** S3 for other services of the engine, without HTTP. Callers authorise first. */
export interface ObjectStore {
  hasBucket(bucket: string): boolean
  head(bucket: string, key: string): StoredObject | undefined
  /** In key order, streamed page by page. */
  list(bucket: string, prefix: string): Iterable<StoredObject>
  /** Stores the bytes of a file; durable, and visible whole or not at all. `take: 'link'` hard-links where it can. */
  putFile(
    bucket: string,
    key: string,
    path: string,
    options?: { contentType?: string; take?: 'copy' | 'link' },
  ): Promise<StoredObject>
  putBytes(bucket: string, key: string, bytes: Uint8Array, options?: { contentType?: string }): Promise<StoredObject>
  read(bucket: string, key: string): Promise<Uint8Array | undefined>
  delete(bucket: string, key: string): void
}
