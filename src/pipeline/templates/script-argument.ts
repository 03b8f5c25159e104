import { ProblemsError } from '../../core/errors.ts'

/** An argument that a generated script takes, as `--name value` or as a hyperparameter. */
export interface ScriptArgument {
  /** Lower case words with dashes, e.g. `image-size`; the logic reads `args.imageSize`, in Python `args.image_size`. */
  readonly name: string
  /** `flag`: true when it is given. */
  readonly type: 'text' | 'integer' | 'number' | 'flag'
  /** Without one the argument must be given; a flag is false. */
  readonly default?: string | number
  /** The only values allowed, for `text`. */
  readonly choices?: readonly string[]
  readonly description?: string
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const TYPES = ['text', 'integer', 'number', 'flag'] as const
/** Names that would not be names in one of the languages, or mean something else there. */
const RESERVED = new Set([
  'help',
  'constructor',
  'class',
  'from',
  'import',
  'is',
  'lambda',
  'not',
  'none',
  'true',
  'false',
])

/** @throws ProblemsError `pipeline.script-arguments` with everything that is wrong */
export function checkArguments(args: readonly ScriptArgument[]): void {
  const problems = args.flatMap((argument, i) => {
    const { name, type, choices } = argument
    const twice = args.findIndex((other) => other.name === name) < i
    return [
      ...(NAME.test(name) ? [] : [`"${name}" is no name: lower case words with dashes, e.g. image-size`]),
      ...(RESERVED.has(name) ? [`"${name}" has a meaning of its own`] : []),
      ...(twice ? [`"${name}" stands twice`] : []),
      ...(TYPES.includes(type) ? [] : [`"${name}" has the type "${String(type)}"; allowed: ${TYPES.join(', ')}`]),
      ...(choices !== undefined && type !== 'text' ? [`"${name}" has choices, which only a text can have`] : []),
      ...(choices?.length === 0 ? [`"${name}" has no value that would be allowed`] : []),
      ...defaultProblem(argument),
    ]
  })
  if (problems.length > 0) {
    throw new ProblemsError('pipeline.script-arguments', 'the arguments of the script cannot be used', problems)
  }
}

function defaultProblem({ name, type, default: value, choices }: ScriptArgument): string[] {
  if (value === undefined) return []
  if (type === 'flag') return [`the flag "${name}" has a default; it is false unless given`]
  const fits =
    type === 'text'
      ? typeof value === 'string' && (choices === undefined || choices.includes(value))
      : typeof value === 'number' && (type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value))
  return fits
    ? []
    : [`"${name}" is of type ${type}${choices ? ` (${choices.join(', ')})` : ''}, its default ${value} is not`]
}

/** `image-size:integer=640`, `mode:text=a|b|c` (the first is the default), `data:text`, `verbose:flag`. */
export function parseArgument(text: string): ScriptArgument {
  const [, name = '', type = 'text', given] = /^([^:=]+)(?::([a-z]+))?(?:=(.*))?$/s.exec(text) ?? []
  const isNumber = type === 'integer' || type === 'number'
  const choices = !isNumber && given?.includes('|') ? given.split('|') : undefined
  const value = given === undefined ? undefined : isNumber ? Number(given.trim() === '' ? Number.NaN : given) : given
  const argument: ScriptArgument = {
    name,
    type: type as ScriptArgument['type'],
    ...(value !== undefined && { default: choices?.[0] ?? value }),
    ...(choices && { choices }),
  }
  checkArguments([argument])
  return argument
}
