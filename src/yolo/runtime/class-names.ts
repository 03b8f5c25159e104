/**
 * The class names in a model's `names` metadata, which is JSON `{"0": "car"}` or, in files of Python tools, the same as a
 * Python literal `{0: 'car'}`.
 *
 * @returns one name per class; `class <k>` where the metadata has none
 */
export function parseClassNames(text: string | undefined, classCount: number): string[] {
  const found = new Map<number, string>()
  const entry = /["']?(\d+)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g
  for (const [, index, double, single] of (text ?? '').matchAll(entry)) {
    found.set(Number(index), unescape(double ?? single ?? ''))
  }
  return Array.from({ length: classCount }, (_, k) => found.get(k) ?? `class ${k}`)
}

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, code: string | undefined, other: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    return other === 'n' ? '\n' : other === 't' ? '\t' : (other ?? '')
  })
}
