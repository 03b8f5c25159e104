import { invalidParameter } from './errors.ts'

/**
 * Compiles an unstructured filter pattern: every term must occur in the message (case matters), terms that begin
 * with `-` must not, and of the terms that begin with `?` at least one must. Quotes hold a phrase together.
 *
 * Differs: JSON patterns (`{ $.x = 1 }`), space-delimited patterns (`[a, b]`) and `%regex%` are refused by name.
 *
 * @source docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * @throws InvalidParameterException when the pattern cannot be read
 */
export function compileFilterPattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim()
  if (text === '') return () => true
  if (/^[{[%]/.test(text)) {
    throw invalidParameter(`Invalid filter pattern: only unstructured terms are implemented, given "${pattern}"`)
  }
  const include: string[] = []
  const exclude: string[] = []
  const anyOf: string[] = []
  for (const match of text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)) {
    const term = match[2] === undefined ? (match[3] as string) : match[2].replace(/\\(.)/g, '$1')
    if (match[2] === undefined && term.includes('"')) throw invalidParameter(`Invalid filter pattern: ${pattern}`)
    ;(match[1] === '-' ? exclude : match[1] === '?' ? anyOf : include).push(term)
  }
  return (message) =>
    include.every((term) => message.includes(term)) &&
    !exclude.some((term) => message.includes(term)) &&
    (anyOf.length === 0 || anyOf.some((term) => message.includes(term)))
}
