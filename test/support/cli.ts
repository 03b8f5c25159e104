import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../bin/skyloop.js', import.meta.url))

export interface CliResult {
  readonly code: number | null
  /** stdout as text. */
  readonly out: string
  /** stderr: progress and errors. */
  readonly err: string
  /** stdout as JSON. @throws when it is not one JSON document */
  json<T>(): T
}

/** Runs `skyloop` as a process of its own, as a person or a script does. */
export async function skyloop(home: string, ...args: readonly string[]): Promise<CliResult> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], SKYLOOP_HOME: home, CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, out, err, json: <T>() => JSON.parse(out) as T }
}

/** As {@link skyloop} with `--json`; fails the test with what was said when the exit code is not 0. */
export async function skyloopJson<T>(home: string, ...args: readonly string[]): Promise<T> {
  const result = await skyloop(home, ...args, '--json')
  if (result.code !== 0)
    throw new Error(`skyloop ${args.join(' ')}: exit code ${result.code}\n${result.err}${result.out}`)
  return result.json<T>()
}
