import { isObject } from '../../../core/json.ts'

/**
 * Reads one value by a JSONPath of member and index steps: `$`, `$.detail.name`, `$.detail-type`, `$.list[0]`,
 * `$['a key'].b`.
 *
 * @returns a function giving the value, or undefined where there is none; or undefined when the path cannot be read
 */
export function compileJsonPath(path: string): ((value: unknown) => unknown) | undefined {
  if (!path.startsWith('$')) return undefined
  const steps: (string | number)[] = []
  let rest = path.slice(1)
  while (rest !== '') {
    const match = /^(?:\.([^.[\]\s]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])/.exec(rest)
    if (!match) return undefined
    steps.push(
      match[2] === undefined ? (match[1] ?? (match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1')) : Number(match[2]),
    )
    rest = rest.slice(match[0].length)
  }
  return (value) =>
    steps.reduce<unknown>((inner, step) => {
      if (typeof step === 'number') return Array.isArray(inner) ? (inner as unknown[])[step] : undefined
      return isObject(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined
    }, value)
}
