import { reference, type Reference, type Scalar } from './reference.ts'

export type ParameterType = 'String' | 'Integer' | 'Float' | 'Boolean'

/** A parameter of a pipeline: it is declared once, and is itself the reference that steps use. */
export interface Parameter<T extends Scalar = Scalar> extends Reference<T> {
  readonly name: string
  readonly type: ParameterType
  /** Without one, every execution must give a value. */
  readonly defaultValue: T | undefined
  /** The only values allowed; undefined allows any of the type. */
  readonly enumValues: readonly T[] | undefined
}

export interface ParameterOptions<T extends Scalar> {
  readonly default?: T
  readonly oneOf?: readonly T[]
}

function parameter<T extends Scalar>(name: string, type: ParameterType, options: ParameterOptions<T>): Parameter<T> {
  const base = reference<T>({ Get: `Parameters.${name}` })
  return Object.assign(base, { name, type, defaultValue: options.default, enumValues: options.oneOf })
}

export const stringParameter = (name: string, options: ParameterOptions<string> = {}): Parameter<string> =>
  parameter(name, 'String', options)

export const integerParameter = (name: string, options: ParameterOptions<number> = {}): Parameter<number> =>
  parameter(name, 'Integer', options)

export const floatParameter = (name: string, options: ParameterOptions<number> = {}): Parameter<number> =>
  parameter(name, 'Float', options)

export const booleanParameter = (name: string, options: ParameterOptions<boolean> = {}): Parameter<boolean> =>
  parameter(name, 'Boolean', options)
