import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { codeOf } from '../../core/errors.ts'

/** A process group's leader, told apart from a later process that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time as the system tells it; opaque, compared for equality only. */
  readonly startedAt: string
}

/** @returns undefined when the process is gone already */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startedAt = startTimeOf(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

/**
 * Sends a signal to a whole process group.
 *
 * Nothing is sent when the leader's number now belongs to another process. A vanished leader is no obstacle: as long
 * as its group has members, the system gives the number to nobody else.
 *
 * @returns whether there was anything to signal
 */
export function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals): boolean {
  const startedAt = startTimeOf(leader.pid)
  if (startedAt !== undefined && startedAt !== leader.startedAt) return false
  try {
    process.kill(-leader.pid, signal)
    return true
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
    throw error
  }
}

function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      // Field 22, counted after the command name, which may itself contain spaces and parentheses.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined
      throw error
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    // ps exits 1 when there is no such process.
    return undefined
  }
}
