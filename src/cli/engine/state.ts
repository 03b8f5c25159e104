import { readFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../core/errors.ts'
import { writeJsonAtomic } from '../../core/files.ts'
import { isObject, parseJson } from '../../core/json.ts'

/** The engine process of one home, as it wrote itself down; the file outlives a kill, so liveness is checked apart. */
export interface EngineState {
  readonly pid: number
  /** e.g. `http://127.0.0.1:4600` */
  readonly url: string
  /** ISO 8601. */
  readonly startedAt: string
}

const pathOf = (home: string): string => join(home, 'engine.json')

export async function writeEngineState(home: string, state: EngineState): Promise<void> {
  await writeJsonAtomic(pathOf(home), state)
}

export async function readEngineState(home: string): Promise<EngineState | undefined> {
  let text: string
  try {
    text = await readFile(pathOf(home), 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const value = parseJson(text, pathOf(home))
  if (!isObject(value)) return undefined
  const { pid, url, startedAt } = value
  if (typeof pid !== 'number' || typeof url !== 'string' || typeof startedAt !== 'string') return undefined
  return { pid, url, startedAt }
}

/** Removes the file if it is still that of `pid`: a successor's is left alone. */
export async function clearEngineState(home: string, pid: number): Promise<void> {
  const state = await readEngineState(home)
  if (state?.pid === pid) await rm(pathOf(home), { force: true })
}

/** True while a process with this id runs, whosever it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  return !isZombie(pid)
}

/** One that has ended but whose parent has not asked for its exit code yet still answers signals. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    // `pid (name) state ...`; the name may hold spaces and parentheses.
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // Gone between the two looks, or no /proc: the signal's answer stands.
    return false
  }
}

/** True when the engine at `url` answers its health page within `timeoutMs`. */
export async function isHealthy(url: string, timeoutMs = 2000): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_skyloop/health`, { signal: AbortSignal.timeout(timeoutMs) })
    await response.body?.cancel()
    return response.ok
  } catch {
    // Refused, reset or too slow: all mean "does not answer", which is what was asked.
    return false
  }
}
