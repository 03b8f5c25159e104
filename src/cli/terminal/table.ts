/**
 * Columns of text for a person, padded with spaces; the last column is left ragged.
 *
 * @param rows each as long as `header`
 */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)))
  return [header.map((title) => title.toUpperCase()), ...rows]
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `name: value` lines with the values aligned; undefined values are left out. */
export function formatFacts(facts: Readonly<Record<string, string | number | undefined>>): string {
  const known = Object.entries(facts).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  const width = Math.max(0, ...known.map(([name]) => name.length))
  return known.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
