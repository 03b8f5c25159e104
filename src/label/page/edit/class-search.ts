/** Classes whose name holds what was typed; those that begin with it first, otherwise in the given order. */
export function searchClasses(labels: readonly string[], typed: string): readonly string[] {
  const wanted = typed.trim().toLowerCase()
  if (wanted === '') return labels
  const found = labels.filter((label) => label.toLowerCase().includes(wanted))
  const begins = (label: string): boolean => label.toLowerCase().startsWith(wanted)
  return [...found.filter(begins), ...found.filter((label) => !begins(label))]
}
