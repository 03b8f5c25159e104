import { isObject } from '../../core/json.ts'
import { EXECUTION_VARIABLES } from '../dsl/reference.ts'

/** What one expression in a definition points at. */
export interface FoundReference {
  readonly parameter?: string
  readonly step?: string
  readonly propertyFile?: string
  /** Set when the expression cannot be read. */
  readonly problem?: string
}

const VARIABLES: readonly string[] = EXECUTION_VARIABLES

/** Every reference in a value, at any depth. */
export function* referencesIn(value: unknown): Generator<FoundReference> {
  if (Array.isArray(value)) {
    for (const item of value) yield* referencesIn(item)
    return
  }
  if (!isObject(value)) return
  const keys = Object.keys(value)
  if (keys.length === 1 && typeof value['Get'] === 'string') {
    yield readGet(value['Get'])
    return
  }
  if (keys.length === 1 && keys[0] === 'Std:Join') yield* joinReferences(value['Std:Join'])
  else if (keys.length === 1 && keys[0] === 'Std:JsonGet') yield* jsonGetReferences(value['Std:JsonGet'])
  else for (const inner of Object.values(value)) yield* referencesIn(inner)
}

function* joinReferences(join: unknown): Generator<FoundReference> {
  if (!isObject(join) || typeof join['On'] !== 'string' || !Array.isArray(join['Values'])) {
    yield { problem: 'Std:Join needs On and Values' }
    return
  }
  yield* referencesIn(join['Values'])
}

function* jsonGetReferences(get: unknown): Generator<FoundReference> {
  if (!isObject(get) || typeof get['Path'] !== 'string') {
    yield { problem: 'Std:JsonGet needs a Path' }
    return
  }
  if ((get['PropertyFile'] === undefined) === (get['S3Uri'] === undefined)) {
    yield { problem: 'Std:JsonGet needs PropertyFile or S3Uri' }
    return
  }
  yield* referencesIn(get['PropertyFile'] ?? get['S3Uri'])
}

function readGet(path: string): FoundReference {
  const parameter = /^Parameters\.([A-Za-z0-9\-_]+)$/.exec(path)
  if (parameter) return { parameter: parameter[1] as string }
  const variable = /^Execution\.(\w+)$/.exec(path)
  if (variable) {
    return VARIABLES.includes(variable[1] as string) ? {} : { problem: `there is no execution variable "${path}"` }
  }
  const step = /^Steps\.([A-Za-z0-9\-_]+)\.(.+)$/.exec(path)
  if (!step) return { problem: `"${path}" is no reference to a parameter, an execution variable or a step's property` }
  const file = /^PropertyFiles\.([A-Za-z0-9\-_]+)$/.exec(step[2] as string)
  return file ? { step: step[1] as string, propertyFile: file[1] as string } : { step: step[1] as string }
}

/** A circle in a graph of "waits for", its first name repeated at the end; undefined when there is none. */
export function findCycle(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (name: string): string[] | undefined => {
    const start = path.indexOf(name)
    if (start >= 0) return [...path.slice(start), name]
    if (done.has(name)) return undefined
    path.push(name)
    for (const next of edges.get(name) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    path.pop()
    done.add(name)
    return undefined
  }
  for (const name of edges.keys()) {
    const cycle = visit(name)
    if (cycle) return cycle
  }
  return undefined
}
