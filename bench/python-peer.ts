import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Contender } from './harness.ts'
import { lineContender } from './line-contender.ts'

/** Where `npm run bench:peers` installs the peers. */
export const PEERS_FOLDER = fileURLToPath(new URL('./.venv', import.meta.url))
const PYTHON = `${PEERS_FOLDER}/bin/python`

/**
 * Starts a peer written in Python, or tells that it is not installed by returning undefined; see {@link lineContender}.
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
  try {
    // -P: the scripts' folder is no place for modules; `profile.py` is not Python's.
    return await lineContender(name, spawn(PYTHON, ['-P', path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] }))
  } catch (error) {
    if (String(error).includes('ModuleNotFoundError')) return undefined
    throw error
  }
}
