/** Values of a string map (hyperparameters, environment) or string list as text; references may have given numbers. */
export function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asText(inner)]))
}

function asText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}

/** The arguments with the named members turned to text, where they are present. */
export function withTexts(
  args: Readonly<Record<string, unknown>>,
  members: readonly string[],
): Record<string, unknown> {
  const texts = members.filter((member) => args[member] !== undefined).map((member) => [member, asTexts(args[member])])
  return { ...args, ...(Object.fromEntries(texts) as Record<string, unknown>) }
}
