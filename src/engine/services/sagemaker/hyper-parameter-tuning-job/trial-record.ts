import type { Engine } from '../../../engine.ts'
import type { Parameters } from './search/space.ts'

/** One training job that a tuning job launched, stored under the training job's name. What it reached is its own. */
export interface TrialRecord {
  readonly name: string
  readonly tuningArn: string
  /** 1 for the first. */
  readonly number: number
  /** The hyperparameters that were chosen for it. */
  readonly parameters: Parameters
}

export function tuningTrials(engine: Engine) {
  return engine.store.collection<TrialRecord>('sagemaker.tuning-trial')
}
