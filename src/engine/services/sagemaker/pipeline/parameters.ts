import { isObject } from '../../../../core/json.ts'
import type { ParameterDefinition, ParameterType, ParameterValue } from './definition.ts'
import type { Problem } from './parse-step.ts'

const TYPES: readonly string[] = ['String', 'Integer', 'Float', 'Boolean'] satisfies ParameterType[]

export function parseParameter(value: unknown, problem: Problem): ParameterDefinition | undefined {
  if (!isObject(value) || typeof value['Name'] !== 'string' || !/^[A-Za-z0-9\-_]{1,64}$/.test(value['Name'])) {
    problem('a parameter must be an object with a Name of 1 to 64 letters, digits, hyphens and underscores')
    return undefined
  }
  const { Name: name, Type: type, DefaultValue, EnumValues } = value
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    problem(`parameter "${name}": the Type must be one of ${TYPES.join(', ')}`)
    return undefined
  }
  const parameter = { Name: name, Type: type as ParameterType }
  const options = Array.isArray(EnumValues) ? EnumValues : undefined
  if (EnumValues !== undefined && !options) problem(`parameter "${name}": EnumValues must be a list`)
  for (const each of [...(DefaultValue === undefined ? [] : [DefaultValue]), ...(options ?? [])]) {
    if (!hasType(each, parameter.Type)) problem(`parameter "${name}": ${JSON.stringify(each)} is not of type ${type}`)
  }
  if (options && DefaultValue !== undefined && !options.includes(DefaultValue)) {
    problem(`parameter "${name}": the default ${JSON.stringify(DefaultValue)} is not among EnumValues`)
  }
  return {
    ...parameter,
    ...(DefaultValue === undefined ? {} : { DefaultValue: DefaultValue as ParameterValue }),
    ...(options ? { EnumValues: options as ParameterValue[] } : {}),
  }
}

/**
 * The values of an execution: those given, as text, in place of the defaults.
 *
 * @param problem told of unknown names, missing values, wrong types and values outside the allowed ones
 */
export function parameterValues(
  definitions: readonly ParameterDefinition[],
  given: readonly { readonly Name: string; readonly Value: string }[],
  problem: Problem,
): Record<string, ParameterValue> {
  const known = new Map(definitions.map((definition) => [definition.Name, definition]))
  const values = new Map<string, ParameterValue>()
  for (const { Name, DefaultValue } of definitions) if (DefaultValue !== undefined) values.set(Name, DefaultValue)
  for (const { Name, Value } of given) {
    const definition = known.get(Name)
    if (!definition) {
      problem(`the pipeline has no parameter "${Name}"; it has ${[...known.keys()].join(', ') || 'none'}`)
      continue
    }
    const value = fromText(Value, definition.Type)
    if (value === undefined) {
      problem(`parameter "${Name}": "${Value}" is not of type ${definition.Type}`)
    } else if (definition.EnumValues && !definition.EnumValues.includes(value)) {
      problem(`parameter "${Name}": "${Value}" is not one of ${definition.EnumValues.join(', ')}`)
    } else values.set(Name, value)
  }
  const missing = definitions.filter(({ Name }) => !values.has(Name) && !given.some((each) => each.Name === Name))
  if (missing.length > 0) problem(`no value for ${missing.map(({ Name }) => `parameter "${Name}"`).join(', ')}`)
  return Object.fromEntries(values)
}

function hasType(value: unknown, type: ParameterType): boolean {
  switch (type) {
    case 'String':
      return typeof value === 'string'
    case 'Integer':
      return Number.isSafeInteger(value)
    case 'Float':
      return typeof value === 'number'
    case 'Boolean':
      return typeof value === 'boolean'
  }
}

function fromText(text: string, type: ParameterType): ParameterValue | undefined {
  switch (type) {
    case 'String':
      return text
    case 'Integer':
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined
    case 'Float':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
    case 'Boolean':
      return { true: true, false: false }[text.toLowerCase()]
  }
}
