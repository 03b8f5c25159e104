/** One file or object as a listing shows it. */
export interface Entry {
  /** Name below the listed folder or prefix, with forward slashes. */
  readonly key: string
  readonly sizeBytes: number
  /** Milliseconds since 1970; S3 keeps whole seconds. */
  readonly modifiedMs: number
}

export interface FileEntry extends Entry {
  readonly path: string
}

export interface ObjectEntry extends Entry {
  readonly bucket: string
  /** The object's whole key, prefix included. */
  readonly fullKey: string
  /** Without its quotation marks. */
  readonly etag: string
}
