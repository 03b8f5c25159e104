/** A stretch of source text; `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * The source with comments, strings, imports and types blanked by spaces, so that offsets stay and what is found in it is code.
 *
 * @param options.strings whether the insides of strings stay, as operator names of a file format do
 */
export function codeOnly(source: string, options: { readonly strings?: boolean } = {}): string {
  const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ')
  const comment = String.raw`\/\*[\s\S]*?\*\/|\/\/[^\n]*`
  const text = String.raw`'(?:[^'\\\n]|\\.)*'|\`(?:[^\`\\]|\\.)*\``
  return source
    .replaceAll(new RegExp(`${comment}|${text}`, 'g'), (found) =>
      options.strings && !found.startsWith('/') ? found : blank(found),
    )
    .replaceAll(/^import [\s\S]*?(?:from|;)[^\n]*$/gm, blank)
    .replaceAll(/^(?:export )?(?:interface|type) [\s\S]*?^(?=\S)/gm, (found) => blank(found))
}

/** The arguments of the call whose opening parenthesis is at `open`, and the end of the call. */
export function callArguments(code: string, open: number): { readonly parts: readonly Span[]; readonly end: number } {
  const parts: Span[] = []
  let depth = 0
  let start = open + 1
  for (let i = open; i < code.length; i++) {
    const c = code[i] as string
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    const isEnd = depth === 0
    if (isEnd || (depth === 1 && c === ',')) {
      if (code.slice(start, i).trim() !== '') parts.push({ start, end: i })
      start = i + 1
    }
    if (isEnd) return { parts, end: i + 1 }
  }
  return { parts, end: code.length }
}
