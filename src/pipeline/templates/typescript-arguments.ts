import type { ScriptArgument } from './script-argument.ts'

const TYPES = { text: 'string', integer: 'number', number: 'number', flag: 'boolean' } as const

/** The part of a TypeScript script that declares, reads and checks its arguments. */
export function typescriptArguments(args: readonly ScriptArgument[]): string {
  const fields = args.flatMap(({ name, type, description, choices }) => [
    ...(description === undefined ? [] : [`  /** ${commentText(description)} */`]),
    `  ${camelCase(name)}: ${choices ? choices.map(quote).join(' | ') : TYPES[type]}`,
  ])
  const options = args.map(
    ({ name, type }) => `    ${quote(name)}: { type: '${type === 'flag' ? 'boolean' : 'string'}' },`,
  )
  const reads = args.map((argument) => `    ${camelCase(argument.name)}: ${extraction(argument)},`)
  return [
    '/** The arguments of this step: hyperparameters of a training job, and what stands on the command line. */',
    ...(fields.length === 0
      ? ['type StepArguments = Record<never, never>']
      : ['interface StepArguments {', ...fields, '}']),
    '',
    HYPERPARAMETERS,
    '',
    `const OPTIONS = {${options.length === 0 ? '' : `\n${options.join('\n').replaceAll(/^ {2}/gm, '')}\n`}} as const`,
    '',
    'async function readStepArguments(): Promise<StepArguments> {',
    '  const given: Record<string, string | boolean | undefined> = await readHyperparameters()',
    '  for (const name of Object.keys(given)) {',
    '    if (!Object.hasOwn(OPTIONS, name)) throw new StepError(`the hyperparameter "${name}" is not known; ${known()}`)',
    '  }',
    '  try {',
    '    Object.assign(given, parseArgs({ options: OPTIONS, strict: true, allowPositionals: false }).values)',
    '  } catch (error) {',
    '    throw new StepError(`${error instanceof Error ? error.message : String(error)}; ${known()}`)',
    '  }',
    ...(reads.length === 0 ? ['  return {}'] : ['  return {', ...reads, '  }']),
    '}',
    '',
    KNOWN,
    ...HELPERS.filter(([name]) => reads.some((line) => line.includes(`${name}(`))).flatMap(([, text]) => ['', text]),
  ].join('\n')
}

const HYPERPARAMETERS = `/** Hyperparameters of a training job; empty in any other job. The platform's own begin with sagemaker_ or _tuning_. */
async function readHyperparameters(): Promise<Record<string, string>> {
  const path = join(baseDir, 'input', 'config', 'hyperparameters.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  const entries = Object.entries(JSON.parse(text) as Record<string, unknown>)
  return Object.fromEntries(
    entries
      .filter(([name]) => !/^(sagemaker_|_tuning_)/.test(name))
      // The SageMaker Python SDK writes texts as JSON, quotes included.
      .map(([name, value]) => [name, /^".*"$/s.test(String(value)) ? String(JSON.parse(String(value))) : String(value)]),
  )
}`

const KNOWN = `function known(): string {
  return \`known arguments: \${Object.keys(OPTIONS).map((name) => \`--\${name}\`).join(' ') || 'none'}\`
}`

const HELPERS: readonly (readonly [name: string, text: string])[] = [
  [
    'textArgument',
    `function textArgument<T extends string = string>(value: unknown, name: string, choices?: readonly T[]): T {
  if (value === undefined) throw new StepError(\`--\${name} is missing\`)
  if (choices && !choices.includes(value as T)) {
    throw new StepError(\`--\${name} is "\${String(value)}"; allowed: \${choices.join(', ')}\`)
  }
  return value as T
}`,
  ],
  [
    'numberArgument',
    `function numberArgument(value: unknown, name: string, whole: boolean): number {
  if (value === undefined) throw new StepError(\`--\${name} is missing\`)
  const number = String(value).trim() === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(number) || (whole && !Number.isInteger(number))) {
    throw new StepError(\`--\${name} is "\${String(value)}"; allowed: a \${whole ? 'whole ' : ''}number\`)
  }
  return number
}`,
  ],
]

function extraction({ name, type, default: value, choices }: ScriptArgument): string {
  const given = `given[${quote(name)}]`
  const read = value === undefined ? given : `${given} ?? ${typeof value === 'string' ? quote(value) : value}`
  if (type === 'flag') return `${given} === true || ${given} === 'true'`
  if (type !== 'text') return `numberArgument(${read}, ${quote(name)}, ${type === 'integer'})`
  return choices === undefined
    ? `textArgument(${read}, ${quote(name)})`
    : `textArgument(${read}, ${quote(name)}, [${choices.map(quote).join(', ')}] as const)`
}

/** A text as a literal in single quotes. */
function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

const camelCase = (name: string): string => name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** Text that stays in its comment. */
function commentText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('*/', '* /')
}
