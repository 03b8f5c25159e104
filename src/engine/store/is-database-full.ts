const SQLITE_FULL = 13

/** Whether a write failed because the disk, or the database's own limit, has no room left. Nothing of it was stored. */
export function isDatabaseFull(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL
}
