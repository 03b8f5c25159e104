/** A place in a document, from line 1, column 1. */
interface Place {
  readonly Line: number
  readonly Column: number
}

/**
 * Where the statements of a policy stand in its text: `[start, end]` of each in characters, both braces included.
 *
 * @param text valid JSON of a policy document
 */
export function statementOffsets(text: string): [number, number][] {
  const offsets: [number, number][] = []
  let depth = 0
  let key: string | undefined
  /** Depth outside the statements' own braces while inside `Statement`: 1 for one object, 2 for a list. */
  let outside: number | undefined
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') {
      const end = endOfString(text, i)
      if (
        depth === 1 &&
        text
          .slice(end + 1)
          .trimStart()
          .startsWith(':')
      )
        key = text.slice(i + 1, end)
      i = end
    } else if (character === '{' || character === '[') {
      if (depth === 1 && key === 'Statement') outside = character === '{' ? 1 : 2
      if (character === '{' && depth === outside) start = i
      depth++
    } else if (character === '}' || character === ']') {
      depth--
      if (character === '}' && depth === outside) offsets.push([start, i])
      if (depth === 1) outside = key = undefined
    }
  }
  return offsets
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i
}

export function placeOf(text: string, offset: number): Place {
  return { Line: text.slice(0, offset).split('\n').length, Column: offset - text.lastIndexOf('\n', offset - 1) }
}
