/** A file of a set as its listing shows it. */
export interface ListedFile {
  /** Relative to the set, forward slashes. */
  readonly path: string
  readonly sizeBytes: number
  /** Changes when the content does: device, inode and time of change of a file, ETag of an object. Never empty. */
  readonly revision: string
}

/** Where a set lies: a folder, or a prefix of a bucket. */
export interface SetSource {
  /** Absolute path or `s3://bucket/prefix`, for the report. */
  readonly uri: string
  /** Every file, hidden ones and links left out; in order of path within a folder or page. */
  list(signal?: AbortSignal): AsyncIterable<ListedFile>
  /** @throws SkyloopError `data.profile.too-large` when the file is larger than `mostBytes` */
  read(path: string, mostBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>
  /** The file on this machine, which a thread may read by itself; undefined for objects in a bucket. */
  localPath(path: string): string | undefined
  /**
   * A small text beside the set or one level above it, such as `classes.txt`; undefined where there is none.
   *
   * @param level 0 in the set itself, 1 one level above
   */
  readText(name: string, level: 0 | 1): Promise<string | undefined>
}
