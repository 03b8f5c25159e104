import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Contender } from './harness.ts'

/** Where `npm run bench:peers` installs the peers. */
export const PEERS_FOLDER = fileURLToPath(new URL('./.venv', import.meta.url))
const PYTHON = `${PEERS_FOLDER}/bin/python`

/**
 * Starts a peer written in Python, or tells that it is not installed by returning undefined.
 *
 * The script says `{"version": "..."}` when it is ready, then answers every line `run` with `{"value": number}`.
 *
 * @param script file name in `bench/peers/`
 * @throws Error with the script's own words when it fails for another reason than a missing package
 */
export async function pythonPeer(
  name: string,
  script: string,
  args: readonly string[],
): Promise<Contender | undefined> {
  if (!existsSync(PYTHON)) return undefined
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url))
  const child = spawn(PYTHON, [path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`${name} ended: ${errors.join('').slice(-2000)}`)
      // Libraries print their own lines between ours.
      if (value.startsWith('{"')) return JSON.parse(value) as Record<string, unknown>
    }
  }
  try {
    const { version } = await answer()
    return {
      name,
      version: String(version),
      sample: async () => {
        child.stdin.write('run\n')
        return Number((await answer())['value'])
      },
      close: () => end(child),
    }
  } catch (error) {
    if (errors.join('').includes('ModuleNotFoundError')) return undefined
    throw error
  }
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.stdin?.end()
  await closed
}
