import { failureReasonOf } from '../../runner/job-failure.ts'
import type { Log } from '../../../core/log.ts'

/** Why a piece of work is ended from outside: its user asked, or the engine closes (the work goes on at the next start). */
class StopRequest extends Error {
  readonly why: 'stop' | 'shutdown'

  constructor(why: 'stop' | 'shutdown') {
    super(why === 'stop' ? 'stopped on request' : 'the engine is closing')
    this.name = 'StopRequest'
    this.why = why
  }
}

/** Whether an abort means that the engine closes. */
export function isClosing(signal: AbortSignal): boolean {
  return signal.reason instanceof StopRequest && signal.reason.why === 'shutdown'
}

/** The pieces of work in progress in this process, by ARN. */
export interface Running {
  /** Starts `work`, which records its own outcome; its rejection is a fault of ours and is logged. */
  start(arn: string, work: (signal: AbortSignal) => Promise<void>): void
  /** Stops what runs under this ARN, if anything, and starts `work` once that has ended. */
  replace(arn: string, work: (signal: AbortSignal) => Promise<void>): void
  /** @returns false when nothing runs under this ARN */
  stop(arn: string): boolean
  /** Ends everything with a {@link StopRequest} `shutdown` and waits for it. */
  close(): Promise<void>
}

export function createRunning(log: Log): Running {
  interface Piece {
    readonly controller: AbortController
    readonly done: Promise<void>
  }
  const all = new Set<Piece>()
  const latest = new Map<string, Piece>()
  let closed = false
  const start: Running['start'] = (arn, work) => {
    if (closed) return
    const controller = new AbortController()
    const done = work(controller.signal)
      .catch((error: unknown) => {
        if (!controller.signal.aborted) log.error('work ended abnormally', { arn, reason: failureReasonOf(error) })
      })
      .finally(() => {
        all.delete(piece)
        if (latest.get(arn) === piece) latest.delete(arn)
      })
    const piece: Piece = { controller, done }
    all.add(piece)
    latest.set(arn, piece)
  }
  return {
    start,
    replace: (arn, work) => {
      const before = latest.get(arn)
      before?.controller.abort(new StopRequest('stop'))
      start(arn, async (signal) => {
        await before?.done
        await work(signal)
      })
    },
    stop: (arn) => {
      const found = latest.get(arn)
      found?.controller.abort(new StopRequest('stop'))
      return found !== undefined
    },
    close: async () => {
      closed = true
      for (const { controller } of all) controller.abort(new StopRequest('shutdown'))
      await Promise.all([...all].map(({ done }) => done))
    },
  }
}
