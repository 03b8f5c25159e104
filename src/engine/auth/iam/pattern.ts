/** Stand-ins for wildcards, so that `*` and `?` inside a variable's value stay plain text. */
const ANY_RUN = '\uE000'
const ANY_ONE = '\uE001'

/**
 * Prepares a policy text for matching: `*` and `?` become wildcards and `${variables}` their values.
 *
 * @param variable value of a policy variable, e.g. `aws:username`; undefined when the request has none. Left out for
 *   documents of version 2008-10-17, which know no variables.
 * @returns undefined when a variable has no value: the element then matches nothing
 * @source docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function compilePattern(text: string, variable?: (name: string) => string | undefined): string | undefined {
  let isResolved = true
  const compiled = text.replace(/\$\{([^}]*)\}|[*?]/g, (all, body: string | undefined) => {
    if (body === undefined) return all === '*' ? ANY_RUN : ANY_ONE
    if (variable === undefined) return all
    if (body === '*' || body === '?' || body === '$') return body
    const match = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(body)
    const value = match === null ? undefined : (variable(match[1] as string) ?? match[2])
    if (value === undefined) isResolved = false
    return value ?? ''
  })
  return isResolved ? compiled : undefined
}

/** Whether `text` matches a compiled pattern. Linear in practice and never exponential: it backs up to the last `*` only. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let starAt = -1
  let resumeAt = 0
  while (t < text.length) {
    const expected = pattern[p]
    if (expected === ANY_RUN) {
      starAt = p++
      resumeAt = t
    } else if (expected !== undefined && (expected === ANY_ONE || expected === text[t])) {
      p++
      t++
    } else if (starAt >= 0) {
      p = starAt + 1
      t = ++resumeAt
    } else return false
  }
  while (pattern[p] === ANY_RUN) p++
  return p === pattern.length
}
