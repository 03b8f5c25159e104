/** Key of the object that stands for a date in stored JSON; NUL keeps it apart from every name a caller may use. */
const DATE_KEY = '\u0000date'
const DATE_TEXT = JSON.stringify(DATE_KEY)

/** JSON text of a row. Dates become `{ "\0date": epoch milliseconds }`; members that are undefined are left out. */
export function serializeRow(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, inner: unknown) {
    // `inner` is what Date.prototype.toJSON made of it; the holder still has the date itself.
    const original = this[key]
    return original instanceof Date ? { [DATE_KEY]: original.getTime() } : inner
  })
}

export function parseRow(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return text.includes(DATE_TEXT) ? revive(value) : value
}

function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(revive)
  const date = (value as Record<string, unknown>)[DATE_KEY]
  if (typeof date === 'number') return new Date(date)
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) (value as Record<string, unknown>)[key] = revive(inner)
  }
  return value
}
