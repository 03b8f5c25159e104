import { messageOf } from '../../core/errors.ts'
import type { Reporter, Task } from '../terminal/reporter.ts'
import type { StageRecord } from './report.ts'

/** Runs stages one after another, shows each as it goes and keeps its record. */
export interface Stages {
  readonly records: readonly StageRecord[]
  /**
   * @param work its result's summary is shown; a throw ends the run
   * @param own the work shows its own progress (a pipeline with steps), so that no line is drawn for the stage itself
   */
  run<T>(name: string, work: (task: Task) => Promise<T>, summary: (result: T) => string, own?: boolean): Promise<T>
}

const SILENT: Task = { update: () => {}, done: () => {}, fail: () => {} }

/** @param before stages that are over already */
export function createStages(report: Reporter, signal: AbortSignal, before: readonly StageRecord[] = []): Stages {
  const records: StageRecord[] = [...before]
  return {
    records,
    run: async (name, work, summary, own = false) => {
      signal.throwIfAborted()
      const startedAt = performance.now()
      const seconds = (): number => Math.round(performance.now() - startedAt) / 1000
      const task = own ? SILENT : report.task(name)
      try {
        const result = await work(task)
        const detail = summary(result)
        task.done(detail)
        records.push({ name, status: 'done', seconds: seconds(), detail })
        return result
      } catch (error) {
        task.fail(signal.aborted ? 'interrupted' : undefined)
        const status = signal.aborted ? 'interrupted' : 'failed'
        records.push({ name, status, seconds: seconds(), detail: messageOf(error) })
        throw error
      }
    },
  }
}
