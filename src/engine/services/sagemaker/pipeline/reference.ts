import type { Expression } from './definition.ts'

/** Names under `Execution.` that a definition may read. */
const EXECUTION_VARIABLES = [
  'StartDateTime',
  'CurrentDateTime',
  'PipelineName',
  'PipelineArn',
  'PipelineExecutionId',
  'PipelineExecutionArn',
  'TrainingJobName',
  'ProcessingJobName',
] as const

export type ExecutionVariable = (typeof EXECUTION_VARIABLES)[number]

/** What `{"Get": "..."}` points at. */
export type Reference =
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'execution'; readonly name: ExecutionVariable }
  | { readonly kind: 'property-file'; readonly step: string; readonly name: string }
  /** `path` leads into the answer of the Describe operation of the step's resource. */
  | { readonly kind: 'step'; readonly step: string; readonly path: readonly (string | number)[] }

/** @returns undefined when the text is no reference */
export function parseReference(text: string): Reference | undefined {
  const parameter = /^Parameters\.([A-Za-z0-9_-]+)$/.exec(text)
  if (parameter) return { kind: 'parameter', name: parameter[1] as string }
  const variable = EXECUTION_VARIABLES.find((name) => text === `Execution.${name}`)
  if (variable) return { kind: 'execution', name: variable }
  const step = /^Steps\.([A-Za-z0-9_-]{1,64})((?:\.|\[).+)$/.exec(text)
  const path = step && parsePath(step[2] as string)
  if (!step || !path) return undefined
  const name = step[1] as string
  if (path.length === 2 && path[0] === 'PropertyFiles') {
    return { kind: 'property-file', step: name, name: String(path[1]) }
  }
  return { kind: 'step', step: name, path }
}

/**
 * Splits `a.b[0]['c d'].e` into its names and indexes; a leading dot is allowed.
 *
 * @returns undefined when the text is no path
 */
export function parsePath(text: string): (string | number)[] | undefined {
  const parts: (string | number)[] = []
  const part = /\.?([A-Za-z0-9_:/-]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/y
  while (part.lastIndex < text.length) {
    const match = part.exec(text)
    if (!match) return undefined
    parts.push(match[2] === undefined ? ((match[1] ?? match[3] ?? match[4]) as string) : Number(match[2]))
  }
  return parts.length > 0 ? parts : undefined
}

/** Follows a path. In a list, a name picks the item one of whose `...Name` members has that value. */
export function followPath(value: unknown, path: readonly (string | number)[]): unknown {
  let at: unknown = value
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined
    if (Array.isArray(at)) at = typeof part === 'number' ? at[part] : at.find((item) => isNamed(item, part))
    else at = Object.hasOwn(at, part) ? (at as Record<string, unknown>)[part] : undefined
  }
  return at
}

function isNamed(item: unknown, name: string): boolean {
  if (typeof item !== 'object' || item === null) return false
  return Object.entries(item).some(([member, value]) => member.endsWith('Name') && value === name)
}

/** All `Get` texts in an expression, those inside functions included. */
export function referencesIn(expression: Expression): string[] {
  if (typeof expression !== 'object' || expression === null) return []
  if (Array.isArray(expression)) return expression.flatMap((item: Expression) => referencesIn(item))
  const entries = Object.entries(expression as { [name: string]: Expression })
  const [only] = entries
  if (entries.length === 1 && only?.[0] === 'Get' && typeof only[1] === 'string') return [only[1]]
  return entries.flatMap(([, value]) => referencesIn(value))
}
