import { ProblemsError, SkyloopError } from '../../core/errors.ts'

/** How class names of a source become those of a target. */
export interface ClassMap {
  /** Names of the target, in the order of their numbers. */
  readonly classes: readonly string[]
  /** What became of each name of the source. */
  target(sourceName: string): { readonly name: string; readonly classId: number } | undefined
}

/**
 * Joins classes by name. Two names are one only when they are equal letter by letter, after Unicode normalisation (NFC)
 * and without blanks at either end; names that differ in upper and lower case alone are refused, because they are
 * nearly always one class written in two ways, which `rename` says how to join.
 *
 * @param source names of the source in the order of their numbers
 * @param rename old name → new name; several old ones may share a new one
 * @param wanted new names to keep, in this order; by default all, in the order of the source
 * @throws ProblemsError `data.classes` naming every name that is not there, empty, or differs from another in case alone
 */
export function joinClasses(
  source: readonly string[],
  rename: ReadonlyMap<string, string>,
  wanted: readonly string[] | undefined,
): ClassMap {
  const problems: string[] = []
  const known = new Set(source)
  for (const old of rename.keys()) {
    if (!known.has(old)) problems.push(`there is no class "${old}" to rename; there are ${list(source)}`)
  }
  const renamed = source.map((name) => rename.get(name) ?? name)
  if (renamed.includes('')) problems.push('a class has an empty name')
  const all = [...new Set(renamed)]
  const byLowerCase = Map.groupBy(all, (name) => name.toLowerCase())
  for (const alike of byLowerCase.values()) {
    if (alike.length > 1) problems.push(`the classes ${list(alike)} differ in upper and lower case alone`)
  }
  for (const name of wanted ?? []) {
    if (!all.includes(name)) problems.push(`there is no class "${name}" to keep; there are ${list(all)}`)
  }
  if (wanted && new Set(wanted).size !== wanted.length) problems.push('a class to keep is named twice')
  if (problems.length > 0) {
    throw new ProblemsError('data.classes', 'the classes cannot be joined', problems, 'rename with --map old=new')
  }
  const classes = wanted ?? all
  const ids = new Map(classes.map((name, id) => [name, id]))
  const targets = new Map(
    source.map((name, index) => {
      const classId = ids.get(renamed[index]!)
      return [name, classId === undefined ? undefined : { name: renamed[index]!, classId }]
    }),
  )
  return { classes, target: (name) => targets.get(name) }
}

/** A class name as it is compared: NFC, without blanks at either end. */
export function className(text: string): string {
  return text.normalize('NFC').trim()
}

/** @throws SkyloopError `data.classes` when a name is empty or stands twice */
export function requireDistinct(names: readonly string[], where: string): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  const problem =
    twice !== undefined
      ? `names the class "${twice}" twice`
      : names.includes('')
        ? 'has a class without a name'
        : undefined
  if (problem !== undefined) throw new SkyloopError({ code: 'data.classes', message: `${where} ${problem}` })
  return names
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ')
}
