import type { ObjectRow } from './labeling-tables.ts'

/**
 * An object's line of the output manifest: that of the input with its label behind, or as it was.
 *
 * What else stands on the line is not read and written again where that can be helped: numbers of any length stay.
 */
export function outputLine({ line, label }: Pick<ObjectRow, 'line' | 'label'>): string {
  if (label === undefined) return line
  const before = JSON.parse(line) as Record<string, unknown>
  const attributes = JSON.parse(label) as Record<string, unknown>
  const isNew = Object.keys(attributes).every((name) => !Object.hasOwn(before, name))
  if (!isNew) return JSON.stringify({ ...before, ...attributes })
  return `${line.slice(0, line.lastIndexOf('}')).trimEnd()},${label.slice(1)}`
}
