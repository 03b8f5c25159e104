import { isObject } from '../../core/json.ts'
import type { ParameterType } from '../dsl/parameter.ts'

const FITS: Readonly<Record<ParameterType, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  Integer: (value) => Number.isInteger(value),
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  Boolean: (value) => typeof value === 'boolean',
}

/** What is wrong with the parameters; their names are added to `names`. */
export function parameterProblems(parameters: unknown, names: Set<string>): string[] {
  if (!Array.isArray(parameters)) return ['Parameters must be a list']
  return parameters.flatMap((parameter: unknown, i): string[] => {
    if (!isObject(parameter) || typeof parameter['Name'] !== 'string') return [`Parameters[${i}] has no Name`]
    const problems: string[] = []
    const name = parameter['Name']
    if (!/^[A-Za-z0-9\-_]{1,64}$/.test(name)) {
      problems.push(`parameter name "${name}" must be 1 to 64 letters, digits, hyphens and underscores`)
    }
    if (names.has(name)) problems.push(`parameter name "${name}" is used twice`)
    names.add(name)
    const type = parameter['Type']
    if (typeof type !== 'string' || !Object.hasOwn(FITS, type)) {
      return [...problems, `parameter "${name}": type must be ${Object.keys(FITS).join(', ')}`]
    }
    const fits = FITS[type as ParameterType]
    const { DefaultValue: value, EnumValues: values } = parameter
    if (value !== undefined && !fits(value)) {
      problems.push(`parameter "${name}": default ${JSON.stringify(value)} is no ${type}`)
    }
    if (values === undefined) return problems
    if (!Array.isArray(values) || values.length === 0 || !values.every(fits)) {
      problems.push(`parameter "${name}": EnumValues must be a list of ${type} values`)
    } else if (value !== undefined && !values.includes(value)) {
      problems.push(`parameter "${name}": default ${JSON.stringify(value)} is not among its EnumValues`)
    }
    return problems
  })
}
