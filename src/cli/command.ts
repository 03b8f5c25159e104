import { Command, Option } from 'commander'
import type { Environment } from '../config/environment.ts'
import type { Account, RoleOption } from './account.ts'
import { ROLE_OPTIONS } from './account.ts'
import type { Reporter } from './terminal/reporter.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly profile?: string
  readonly role?: RoleOption
  readonly region?: string
}

/** What a command works with. */
export interface Context {
  readonly environment: Environment
  readonly global: GlobalOptions
  readonly report: Reporter
  /** Aborted at Ctrl-C; long work ends soon after and cleans up what it started. */
  readonly signal: AbortSignal
  /** Writes one line of a long text result (log lines) at once; with `--json` it is kept out of stdout. */
  print(line: string): void
  /** The account that the global options choose; opened once. */
  account(): Promise<Account>
}

/** What a command found or did. */
export interface Outcome {
  /** Printed as the one JSON document with `--json`. */
  readonly value: unknown
  /** Printed otherwise; empty when everything was printed on the way. */
  readonly text: string
  /** @default 0 */
  readonly exitCode?: number
}

export interface OptionSpec {
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[]
  /** Shown in the help as the default and given to `run` when the option is absent. */
  readonly default?: unknown
  /** Reads the text given. @throws UsageError */
  readonly parse?: (text: string, previous: unknown) => unknown
}

export interface CommandSpec<Options> {
  readonly name: string
  readonly summary: string
  /** More than the summary: what it does, what it leaves behind. */
  readonly description?: string
  /** `['<folder>', 'what it is']` in commander's notation. */
  readonly arguments?: readonly (readonly [name: string, description: string])[]
  readonly options?: readonly OptionSpec[]
  /** Command lines without the leading `skyloop`, each with what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[]
  run(context: Context, options: Options, args: readonly string[]): Promise<Outcome>
}

/** How the program runs a command: makes its context, prints its outcome, sets the exit code. */
export type Execute = (global: GlobalOptions, run: (context: Context) => Promise<Outcome>) => Promise<void>

/** A command that is not yet attached to a program. */
export type CommandFactory = (execute: Execute) => Command

/**
 * Keeps a command's description, options and work together.
 *
 * @param spec its `Options` are what commander makes of `spec.options`: camelCase names, parsed values
 */
export function defineCommand<Options = Record<string, never>>(spec: CommandSpec<Options>): CommandFactory {
  return (execute) => {
    const command = new Command(spec.name).summary(spec.summary).description(spec.description ?? spec.summary)
    for (const [name, description] of spec.arguments ?? []) command.argument(name, description)
    for (const option of spec.options ?? []) command.addOption(toOption(option))
    for (const option of GLOBAL_OPTIONS) command.addOption(toOption(option).helpGroup('Global options:'))
    const lines = spec.examples.map(([line, meaning]) => `  $ skyloop ${line}\n      ${meaning}`)
    command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
    command.action(async () => {
      const options = command.opts<Options & GlobalOptions>()
      await execute(options, (context) => spec.run(context, options, command.processedArgs.flat() as string[]))
    })
    return command
  }
}

const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--json', description: 'print one JSON document on stdout' },
  { flags: '--profile <name>', description: 'AWS profile; without it every call goes to the local engine' },
  { flags: '--role <role>', description: 'act as a role, assumed through STS', choices: ROLE_OPTIONS },
  { flags: '--region <region>', description: 'AWS region, with --profile' },
]

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description)
  if (spec.choices) option.choices(spec.choices)
  if (spec.default !== undefined) option.default(spec.default)
  if (spec.parse) option.argParser(spec.parse)
  return option
}
