import type { MetricValue } from '../../../runner/metric-lines.ts'
import type { Workers } from '../workers.ts'
import { tellOfTrainingJob } from './machine.ts'
import { trainingJobs } from './record.ts'
import type { TrainingJobRecord } from './record.ts'

/** Reserved hyperparameter by which a tuning job tells its training jobs what it looks at. */
export const OBJECTIVE_PARAMETER = '_tuning_objective_metric'

/** Values are stored at most this often, in milliseconds: each time is a disk sync. */
const STORE_EVERY_MS = 500

/** Keeps the objective's values of a job that a tuning job launched, for early stopping; idle for any other job. */
export interface ObjectiveSeries {
  read(values: readonly MetricValue[]): void
  /** Stores what has not been stored. */
  close(): void
}

export function openObjectiveSeries(workers: Workers, job: TrainingJobRecord): ObjectiveSeries {
  const name = job.request.HyperParameters?.[OBJECTIVE_PARAMETER]
  if (name === undefined) return { read: () => {}, close: () => {} }
  const fresh: number[] = []
  let timer: NodeJS.Timeout | undefined
  const store = (): void => {
    clearTimeout(timer)
    timer = undefined
    const values = fresh.splice(0)
    if (values.length === 0) return
    const changed = trainingJobs(workers.engine).update(job.name, (old) => ({
      ...old,
      objective: [...(old.objective ?? []), ...values],
    }))
    if (changed) tellOfTrainingJob(workers, changed)
  }
  return {
    read: (values) => {
      fresh.push(...values.filter(({ MetricName }) => MetricName === name).map(({ Value }) => Value))
      if (fresh.length > 0) timer ??= setTimeout(store, STORE_EVERY_MS)
    },
    close: store,
  }
}
