/** Shifts a piece of code to a depth, its own common indentation taken off first; lines inside keep their relation. */
export function indentLogic(text: string, depth: number): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\t', '    ').split('\n')
  while (lines.length > 0 && lines[0]!.trim() === '') lines.shift()
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop()
  const widths = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  const common = widths.length === 0 ? 0 : Math.min(...widths)
  return lines.map((line) => (line.trim() === '' ? '' : ' '.repeat(depth) + line.slice(common))).join('\n')
}

const IMPORT = /^\s*import\s(?:[^'"]*\sfrom\s)?\s*['"][^'"]+['"];?\s*$/

/** Takes the imports of a TypeScript text out of it: they must stand at the top of a file, never in a function. */
export function hoistImports(text: string): { readonly imports: readonly string[]; readonly rest: string } {
  const imports: string[] = []
  const rest = text.split(/\r?\n/).filter((line) => {
    if (!IMPORT.test(line)) return true
    imports.push(line.trim())
    return false
  })
  return { imports, rest: rest.join('\n') }
}
