/** A value of a feature: a number, a text, or null when the record does not have it. */
export type Value = number | string | null

/** Features of one record (one image), by name. A missing key is a missing value. */
export type Row = Readonly<Record<string, Value>>

/** Rows as columns, in the order in which the features first appear. */
export function columnsOf(rows: readonly Row[]): Map<string, Value[]> {
  const columns = new Map<string, Value[]>()
  for (const [index, row] of rows.entries()) {
    for (const [name, value] of Object.entries(row)) {
      let column = columns.get(name)
      if (!column) columns.set(name, (column = Array.from({ length: rows.length }, () => null)))
      // A number that is not finite says as little as no number.
      column[index] = typeof value === 'number' && !Number.isFinite(value) ? null : value
    }
  }
  return columns
}
