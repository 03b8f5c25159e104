/**
 * The order in which S3 lists keys: by their UTF-8 bytes. JavaScript compares UTF-16 units, which puts characters
 * beyond U+FFFF before U+E000 to U+FFFF.
 *
 * @returns negative, zero or positive, as `sort` wants it
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Surrogates, which stand for the highest characters, move behind the rest. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
