import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { Environment } from '../config/environment.ts'
import { resolveConnection } from '../config/connection.ts'
import { openAccount, type Account } from './account.ts'
import type { Context, Execute, GlobalOptions, Outcome } from './command.ts'
import { COMMANDS } from './commands/table.ts'
import { EXIT, explainFailure, type Failure } from './failure.ts'
import { createReporter } from './terminal/reporter.ts'

/** The streams and the interruption that one run of the program has. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** stderr is a terminal that can redraw lines. */
  readonly interactive: boolean
  readonly columns: () => number
  readonly signal: AbortSignal
}

/**
 * Runs one command line.
 *
 * @param args without `node` and the script
 * @returns the exit code, see {@link EXIT}
 */
export async function runProgram(
  args: readonly string[],
  environment: Environment,
  terminal: Terminal,
): Promise<number> {
  let exitCode: number = EXIT.ok
  const execute: Execute = async (global, run) => {
    exitCode = await runCommand(global, run, environment, terminal)
  }
  const program = buildProgram(execute, terminal)
  const json = args.includes('--json')
  try {
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok
      const message = error.message.replace(/^error: /, '')
      if (json) terminal.out(`${JSON.stringify({ error: { code: 'cli.usage', message } }, null, 2)}\n`)
      return EXIT.usage
    }
    // Option values are read while parsing, before a command runs.
    const failure = explainFailure(error, terminal.signal.aborted)
    show(failure, json, terminal)
    return failure.exitCode
  }
  return exitCode
}

function buildProgram(execute: Execute, terminal: Terminal): Command {
  const program = new Command('skyloop')
    .description(
      'Closes the MLOps loop for object detection on drone imagery.\n' +
        'Every command talks to the local engine unless an AWS profile is named.',
    )
    .version(packageVersion(), '-V, --version')
    .helpCommand(false)
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if (typeof entry === 'function') {
      program.addCommand(entry(execute))
      continue
    }
    const noun = new Command(name).description(entry.description).helpCommand(false)
    for (const verb of entry.verbs) noun.addCommand(verb(execute))
    program.addCommand(noun)
  }
  quiet(program, terminal)
  return program
}

/** Sends what commander prints through the terminal, and its exits through exceptions, for the whole tree. */
function quiet(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: terminal.out,
    writeErr: terminal.err,
    getOutHelpWidth: () => 118,
    getErrHelpWidth: () => 118,
  })
  for (const child of command.commands) quiet(child, terminal)
}

async function runCommand(
  global: GlobalOptions,
  run: (context: Context) => Promise<Outcome>,
  environment: Environment,
  terminal: Terminal,
): Promise<number> {
  let account: Promise<Account> | undefined
  const json = global.json === true
  const context: Context = {
    environment,
    global,
    report: createReporter({
      write: terminal.err,
      interactive: terminal.interactive,
      colour: environment.colour && terminal.interactive,
      columns: terminal.columns,
    }),
    signal: terminal.signal,
    print: (line) => (json ? terminal.err : terminal.out)(`${line}\n`),
    account: () => {
      account ??= resolveConnection({
        home: environment.home,
        ...(global.profile === undefined ? {} : { profile: global.profile }),
        ...(global.region === undefined ? {} : { region: global.region }),
      }).then((connection) => openAccount(connection, global.role))
      return account
    },
  }
  try {
    const outcome = await run(context)
    if (json) terminal.out(`${JSON.stringify(outcome.value, null, 2)}\n`)
    else if (outcome.text !== '') terminal.out(`${outcome.text}\n`)
    return outcome.exitCode ?? EXIT.ok
  } catch (error) {
    const failure = explainFailure(error, terminal.signal.aborted)
    show(failure, json, terminal)
    if (failure.code === 'internal' && error instanceof Error) terminal.err(`${error.stack ?? ''}\n`)
    return failure.exitCode
  } finally {
    await account?.then(
      (opened) => opened.clients.destroy(),
      () => undefined,
    )
  }
}

function show(failure: Failure, json: boolean, terminal: Terminal): void {
  const { exitCode: _exitCode, ...error } = failure
  if (json) terminal.out(`${JSON.stringify({ error }, null, 2)}\n`)
  terminal.err(`error ${failure.code}: ${failure.message}\n`)
  if (failure.statement !== undefined) terminal.err(`decided by: ${failure.statement}\n`)
  if (failure.hint !== undefined) terminal.err(`next: ${failure.hint}\n`)
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}
