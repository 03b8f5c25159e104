import type { JobCommand, JobProcess } from './job-process.ts'
import { startJobProcess } from './job-process.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** Longest that a process may take to end by itself when its user stops it or its time is up. @source SageMaker: 120 s */
const STOP_GRACE_MS = 120_000
/** The same when the engine closes: the job goes on at the next start, from its checkpoint if it keeps one. */
const CLOSE_GRACE_MS = 10_000

export type ProcessEnd =
  | { readonly how: 'exit'; readonly code: number }
  /** Ended because the signal asked for it. */
  | { readonly how: 'stopped' }
  /** Ended because it ran for longer than it may. */
  | { readonly how: 'timeout' }

export interface Supervision {
  readonly job: JobCommand
  /** Undefined: no limit. */
  readonly maxRuntimeMs: number | undefined
  /** Aborting ends the process. */
  readonly signal: AbortSignal
  /** Whether the abort is because the engine closes. */
  isClosing(): boolean
  /** Called as soon as the process runs, to be recorded against a crash of the engine. */
  onStart(identity: ProcessIdentity): void
}

/** Runs a process to its end, whatever ends it. */
export async function superviseProcess(supervision: Supervision): Promise<ProcessEnd> {
  const { signal } = supervision
  if (signal.aborted) return { how: 'stopped' }
  const child = await startJobProcess(supervision.job)
  supervision.onStart(child.identity)
  const timer = timerFor(supervision.maxRuntimeMs)
  const aborted = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped')
    signal.addEventListener('abort', () => resolve('stopped'), { once: true })
  })
  const first = await Promise.race([child.exited, aborted, timer.fired])
  timer.clear()
  if (typeof first !== 'string') return { how: 'exit', code: first.code }
  await end(child, supervision.isClosing() ? CLOSE_GRACE_MS : STOP_GRACE_MS)
  return { how: first }
}

async function end(child: JobProcess, graceMs: number): Promise<void> {
  await child.terminate(graceMs)
}

/** A timeout of any length; timers of the platform overflow after 24.8 days. */
function timerFor(ms: number | undefined): { fired: Promise<'timeout'>; clear(): void } {
  let timer: NodeJS.Timeout | undefined
  const fired = new Promise<'timeout'>((resolve) => {
    if (ms !== undefined) timer = setTimeout(() => resolve('timeout'), Math.min(ms, 2_147_483_647))
  })
  return { fired, clear: () => clearTimeout(timer) }
}
