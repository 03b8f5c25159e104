import { EXPRESSION, refuseAsText, type Reference } from './reference.ts'

/**
 * Paths into what a step's Describe call will answer: every member, at any depth, as a reference. List items are
 * reached by position with `at(0)`, or by name with `named('train')`.
 *
 * `train.properties.ModelArtifacts.S3ModelArtifacts` is a `Reference<string>`, checked against the SDK's own types.
 */
export type Properties<T> = T extends string
  ? Reference<string>
  : T extends number
    ? Reference<number>
    : T extends boolean
      ? Reference<boolean>
      : T extends Date
        ? Reference<string>
        : T extends readonly (infer Item)[]
          ? ListProperties<Item>
          : { readonly [K in keyof T]-?: Properties<NonNullable<T[K]>> }

export interface ListProperties<Item> {
  at(index: number): Properties<NonNullable<Item>>
  /** The item whose name is `name`: its `OutputName`, `Name`, … */
  named(name: string): Properties<NonNullable<Item>>
}

/** The properties of a step as references. */
export function propertiesOf<T>(stepName: string): Properties<T> {
  return pathProxy(`Steps.${stepName}`) as Properties<T>
}

function pathProxy(path: string): unknown {
  const expression = { Get: path }
  return new Proxy(
    {},
    {
      has: (_target, key) => key === EXPRESSION,
      get: (_target, key) => {
        if (key === EXPRESSION) return expression
        if (key === Symbol.toPrimitive) return () => refuseAsText(expression)
        if (key === 'toJSON') return () => expression
        if (key === 'at') return (index: number) => pathProxy(`${path}[${index}]`)
        if (key === 'named') return (name: string) => pathProxy(`${path}['${name}']`)
        // Not a promise: `await` on a reference gives the reference.
        if (typeof key === 'symbol' || key === 'then') return undefined
        return pathProxy(`${path}.${key}`)
      },
    },
  )
}
