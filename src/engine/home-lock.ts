import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, SkyloopError } from '../core/errors.ts'

/** Keeps two engines from one home. */
export interface HomeLock {
  release(): void
}

/**
 * Takes `<home>/engine.pid`; a file left by a process that has died is taken over.
 *
 * @throws SkyloopError `engine.home-in-use` naming the process that holds it
 */
export function lockHome(home: string): HomeLock {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const path = join(home, 'engine.pid')
  for (;;) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`)
      closeSync(file)
      return { release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      const holder = readHolder(path)
      if (holder !== undefined) {
        throw new SkyloopError({
          code: 'engine.home-in-use',
          message: `another engine (process ${holder}) already works in ${home}`,
          hint: 'stop it, or give this engine a home of its own',
        })
      }
      rmSync(path, { force: true })
    }
  }
}

/** Process that holds the lock, if it still lives. Ids are reused, so where the system tells, the start time must agree. */
function readHolder(path: string): number | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const [pidText, startTime] = text.trim().split(' ')
  const pid = Number(pidText)
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined
  const actual = startTimeOf(pid)
  return actual !== undefined && startTime !== undefined && startTime !== '' && actual !== startTime ? undefined : pid
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  return !isZombie(pid)
}

/** Killed, but its parent has not asked for its exit code: in a container whose first process never does, for ever. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // Gone between the two looks, or no /proc: the signal's answer stands.
    return false
  }
}

/** Field 22 of `/proc/<pid>/stat`, clock ticks since boot; undefined where there is no `/proc`. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
