import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../core/errors.ts'
import { JobFailure } from './job-failure.ts'
import { lineSplitter } from './line-splitter.ts'
import { identifyProcess, signalGroup } from './process-identity.ts'
import type { ProcessIdentity } from './process-identity.ts'

export interface JobCommand {
  /** Program and arguments; the program is looked up on `environment.PATH`. */
  readonly command: readonly string[]
  readonly folder: string
  /** The whole environment; nothing of the engine's own leaks in. */
  readonly environment: Readonly<Record<string, string>>
  /** Each line of stdout and stderr, in order of arrival. */
  readonly onLine: (line: string) => void
}

export interface ProcessExit {
  /** Exit status, or 128 + signal number as shells give it. */
  readonly code: number
}

/** A running process group. It is over when its leader is: whatever else the group started is killed then. */
export interface JobProcess {
  readonly identity: ProcessIdentity
  readonly exited: Promise<ProcessExit>
  /** SIGTERM, then SIGKILL when it still lives after `graceMs`; resolves when it is over. */
  terminate(graceMs: number): Promise<ProcessExit>
}

const SIGNAL_CODES: Partial<Record<NodeJS.Signals, number>> = { SIGKILL: 137, SIGTERM: 143, SIGINT: 130, SIGSEGV: 139 }

/** @throws JobFailure when the program cannot be started at all */
export async function startJobProcess(job: JobCommand): Promise<JobProcess> {
  const [program, ...args] = job.command
  if (program === undefined) throw new JobFailure('ClientError', 'the image and the request give no command to run')
  const child = spawn(program, args, {
    cwd: job.folder,
    env: job.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new JobFailure('ClientError', `cannot start "${program}": ${messageOf(error)}`)
  }
  const pid = child.pid as number
  // A process that is gone this soon leaves no start time; its group cannot be mistaken while we hold its exit.
  const identity = identifyProcess(pid) ?? { pid, startedAt: 'gone' }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  for (const stream of [child.stdout, child.stderr]) {
    const lines = lineSplitter(job.onLine)
    stream.on('data', (chunk: Buffer) => lines.push(chunk))
    stream.on('end', () => lines.end())
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      signalGroup({ pid, startedAt: identity.startedAt }, 'SIGKILL')
      // Output still in the pipes is read; a process that left the group and keeps them open is not waited for.
      void Promise.race([closed, delay(2_000, undefined, { ref: false })]).then(() => {
        child.stdout.destroy()
        child.stderr.destroy()
        resolve({ code: code ?? SIGNAL_CODES[signal ?? 'SIGKILL'] ?? 128 })
      })
    })
  })
  return {
    identity,
    exited,
    terminate: async (graceMs) => {
      signalGroup(identity, 'SIGTERM')
      const kill = setTimeout(() => signalGroup(identity, 'SIGKILL'), graceMs)
      try {
        return await exited
      } finally {
        clearTimeout(kill)
      }
    },
  }
}
