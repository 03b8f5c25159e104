import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import process from 'node:process'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { interrupted } from '../failure.ts'
import { isObject } from '../../core/json.ts'
import { clearEngineState, isAlive, isHealthy, readEngineState, type EngineState } from './state.ts'

const START_TIMEOUT_MS = 30_000
/** A small young generation keeps the buffers of a streamed 5 GB object from adding up before they are collected. */
const NODE_FLAGS = ['--max-semi-space-size=4']

/** Training jobs get SIGTERM and some time to save a checkpoint before the engine itself ends. */
const STOP_TIMEOUT_MS = 150_000
const LOG_LIMIT_BYTES = 16 * 1024 * 1024

const engineLogPath = (home: string): string => join(home, 'engine.log')

/** The engine of `home` if it answers, else undefined. */
export async function findEngine(home: string): Promise<EngineState | undefined> {
  const state = await readEngineState(home)
  return state && isAlive(state.pid) && (await isHealthy(state.url)) ? state : undefined
}

export interface StartOptions {
  readonly home: string
  readonly port?: number
  readonly signal?: AbortSignal
}

/**
 * Starts the engine as a process of its own that outlives this one, and waits until it answers.
 *
 * @returns the engine, and whether it was there before
 * @throws SkyloopError `cli.engine-start` with the end of its log when it ends or does not answer in time
 */
export async function startDetached(
  options: StartOptions,
): Promise<EngineState & { readonly alreadyRunning: boolean }> {
  const { home, port, signal } = options
  const present = await findEngine(home)
  if (present) return { ...present, alreadyRunning: true }

  await mkdir(home, { recursive: true })
  const logPath = engineLogPath(home)
  await rotate(logPath)
  const log = await open(logPath, 'a')
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const program = fileURLToPath(new URL('./process.ts', import.meta.url)).replace(/\.ts$/, extension)
  const child = spawn(process.execPath, [...NODE_FLAGS, program, home, ...(port === undefined ? [] : [String(port)])], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    // Compiled modules are kept between starts, which halves the time to the first answer.
    env: { ...process.env, NODE_COMPILE_CACHE: join(home, 'compile-cache') },
  })
  await log.close()
  let failed: string | undefined
  child.on('error', (error) => {
    failed = error.message
  })
  child.on('exit', (code, by) => {
    failed = `it ended with ${by ?? `exit code ${code}`}`
  })
  child.unref()

  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (signal?.aborted) {
      child.kill('SIGTERM')
      throw interrupted()
    }
    if (failed !== undefined) break
    const state = await readEngineState(home)
    if (state?.pid === child.pid && state && (await isHealthy(state.url))) return { ...state, alreadyRunning: false }
    await sleep(25)
  }
  child.kill('SIGTERM')
  throw new SkyloopError({
    code: 'cli.engine-start',
    fault: 'machine',
    message: `the engine did not start: ${failed ?? `no answer within ${START_TIMEOUT_MS / 1000} s`}\n${await tail(logPath)}`,
    hint: `read ${logPath}`,
  })
}

/**
 * Stops the engine of `home` and waits until its process is gone.
 *
 * @returns the engine that was stopped, or undefined when none ran
 * @throws SkyloopError `cli.engine-stop` when it is still there after two and a half minutes
 */
export async function stopEngine(home: string): Promise<EngineState | undefined> {
  const state = await readEngineState(home)
  if (!state) return undefined
  if (!isAlive(state.pid) || !(await isOurs(state))) {
    await clearEngineState(home, state.pid)
    return undefined
  }
  process.kill(state.pid, 'SIGTERM')
  const deadline = Date.now() + STOP_TIMEOUT_MS
  while (isAlive(state.pid)) {
    if (Date.now() > deadline) {
      throw new SkyloopError({
        code: 'cli.engine-stop',
        fault: 'machine',
        message: `the engine (process ${state.pid}) is still running ${STOP_TIMEOUT_MS / 1000} s after SIGTERM`,
        hint: `read ${engineLogPath(home)}; end it with: kill -9 ${state.pid}`,
      })
    }
    await sleep(50)
  }
  await clearEngineState(home, state.pid)
  return state
}

/** A process id may have been given to someone else since; ours answers, or at least is a Node that runs our program. */
async function isOurs(state: EngineState): Promise<boolean> {
  if (await isHealthy(state.url)) return true
  try {
    const commandLine = await readFile(`/proc/${state.pid}/cmdline`, 'utf8')
    return /skyloop|engine\/process|cli\/main/.test(commandLine)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function rotate(path: string): Promise<void> {
  try {
    if ((await stat(path)).size > LOG_LIMIT_BYTES) await rename(path, `${path}.1`)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Why the engine ended: the reason it wrote down, else the last lines of its log. */
async function tail(path: string): Promise<string> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-5)
  try {
    const last: unknown = JSON.parse(lines.at(-1) ?? '')
    if (isObject(last) && typeof last['reason'] === 'string') return last['reason']
  } catch {
    // Not a log line of ours: a crash prints what it likes, and all of it is shown.
  }
  return lines.join('\n')
}
