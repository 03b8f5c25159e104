import { mkdtemp, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../config/environment.ts'
import { COMMANDS } from './commands/table.ts'
import { runProgram } from './program.ts'

async function run(...args: string[]): Promise<{ code: number; out: string; err: string; home: string }> {
  const home = join(await mkdtemp(join(tmpdir(), 'skyloop-cli-')), 'home')
  return runIn(home, ...args)
}

async function runIn(home: string, ...args: string[]) {
  const environment: Environment = {
    home,
    workingFolder: home,
    colour: false,
    unattended: true,
    startedAtMs: 0,
    installMs: 0,
  }
  let out = ''
  let err = ''
  const code = await runProgram(args, environment, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: false,
    columns: () => 100,
    signal: new AbortController().signal,
  })
  return { code, out, err, home }
}

const LINES: string[][] = Object.entries(COMMANDS).flatMap(([name, entry]) =>
  typeof entry === 'function'
    ? [[name]]
    : [
        [name],
        ...entry.verbs.flatMap((verb) =>
          linesOf(
            verb(async () => {}),
            [name],
          ),
        ),
      ],
)

/** A verb and, where it has verbs of its own, those. */
function linesOf(command: Command, nouns: readonly string[]): string[][] {
  const line = [...nouns, command.name()]
  return [line, ...command.commands.flatMap((verb) => linesOf(verb, line))]
}

describe('help', () => {
  test('of the program names every command', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    expect(out).toMatchSnapshot()
  })

  test.each(LINES.map((line) => [line.join(' '), line] as const))('of %s', async (_name, line) => {
    const { code, out } = await run(...line, '--help')
    expect(code).toBe(0)
    expect(out).toMatchSnapshot()
  })

  test('of every command that does something has an example of it', async () => {
    for (const line of LINES.filter(
      ([noun, verb]) => verb !== undefined || typeof COMMANDS[noun as string] === 'function',
    )) {
      expect((await run(...line, '--help')).out).toContain(`$ skyloop ${line.join(' ')}`)
    }
  })
})

describe('usage errors end with exit code 2 and say what is allowed', () => {
  test.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['local', 'start', '--port', 'x'], '--port is a whole number from 0 to 65535, not "x"'],
    [['local', 'start', '--port', '70000'], 'not "70000"'],
    [['local', 'reset'], 'add --yes'],
    [['endpoint', 'invoke', 'name', 'a.txt'], 'a.txt is neither .jpg, .jpeg nor .png'],
    [['model', 'list', '--role', 'king'], 'data-scientist'],
    [['model', 'list', '--colour'], "unknown option '--colour'"],
    [['data', 'import'], "missing required argument 'folder'"],
    [['data', 'import', 'no/such/folder'], 'there is no folder'],
    [['data', 'synth', 'x', '--fog', '2'], '--fog is a number from 0 to 1, not "2"'],
  ])('%j', async (args, message) => {
    const { code, out, err } = await run(...args)
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(out).toBe('')
  })
})

describe('without an engine', () => {
  test('a command says how to start one, with exit code 1', async () => {
    const { code, err } = await run('model', 'list')
    expect(code).toBe(1)
    expect(err).toContain('error config.engine-not-started: no engine has been started in')
    expect(err).toContain('next: run `skyloop local start --detach`')
  })

  test('--json gives one JSON document with the error', async () => {
    const { out } = await run('whoami', '--json')
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'config.engine-not-started' } })
  })

  test('usage errors are JSON as well', async () => {
    expect(JSON.parse((await run('model', 'list', '--json', '--colour')).out)).toEqual({
      error: { code: 'cli.usage', message: "unknown option '--colour'" },
    })
  })

  test('local stop and local status say that none runs', async () => {
    expect(JSON.parse((await run('local', 'stop', '--json')).out)).toEqual({ stopped: false, pid: null })
    const status = await run('local', 'status', '--json')
    expect([status.code, JSON.parse(status.out)]).toEqual([1, { running: false, home: status.home }])
  })

  test('an engine that has gone is told from one that never was', async () => {
    const home = await mkdtemp(join(tmpdir(), 'skyloop-cli-'))
    await mkdir(join(home, 'aws'))
    // Port 9 of the loopback address: nobody listens.
    await writeFile(join(home, 'aws', 'config'), '[default]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:9\n')
    await writeFile(join(home, 'aws', 'credentials'), '[default]\naws_access_key_id=a\naws_secret_access_key=b\n')
    const { code, err } = await runIn(home, 'whoami')
    expect(code).toBe(3)
    expect(err).toContain('the local engine does not answer')
  })
})

test('local reset leaves a folder alone that is not a home of ours', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-cli-'))
  await writeFile(join(folder, 'thesis.txt'), 'years of work')
  const { code, err } = await runIn(folder, 'local', 'reset', '--yes')
  expect([code, err.includes('cli.not-a-home')]).toEqual([1, true])
})
