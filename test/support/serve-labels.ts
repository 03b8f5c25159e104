import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../bin/skyloop.js', import.meta.url))

/** `skyloop label serve` as a process of its own. */
export interface ServedLabels {
  /** Address of the page by worker. */
  readonly addresses: ReadonlyMap<string, string>
  /** Its JSON, when it has ended by itself. @throws Error with what it said when it failed */
  readonly ended: Promise<unknown>
  /** Presses Ctrl-C and waits. */
  stop(): Promise<unknown>
}

export async function serveLabels(
  home: string,
  workers: readonly string[],
  ...args: readonly string[]
): Promise<ServedLabels> {
  const named = workers.flatMap((worker) => ['--worker', worker])
  const child = spawn(process.execPath, [LAUNCHER, 'label', 'serve', ...named, ...args, '--json'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], SKYLOOP_HOME: home, CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  const addresses = new Map<string, string>()
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const ended = new Promise<unknown>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(out))
      else reject(new Error(`label serve: exit code ${code}\n${err}${out}`))
    })
  })
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      for (const [, worker = '', url = ''] of err.matchAll(/^ {2}(\S+) {2}(http:\S+)$/gm)) addresses.set(worker, url)
      if (addresses.size === workers.length) resolve()
    })
  })
  await Promise.race([ready, ended])
  const stop = (): Promise<unknown> => {
    child.kill('SIGINT')
    return ended
  }
  return { addresses, ended, stop }
}
