/**
 * Shows controls as codes: marks that turn the direction of writing make a name look like another, and escapes steer a
 * terminal. Line feeds stay.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? '\n' : `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}
