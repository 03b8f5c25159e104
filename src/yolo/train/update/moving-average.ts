import type { Weights } from '../../model/spec.ts'
import { moveAverage } from './move-weights.ts'

/** Horizon of the ramp in updates: after so many, the decay has reached 63 % of its last value. */
const RAMP_UPDATES = 2000

/**
 * Moves the average towards the weights, in place: decay grows from 0 to `decay`, so that the average of a short
 * training is not its random start. Running statistics are averaged as well.
 *
 * @param updates how many updates the average has seen, this one included
 */
export function updateAverage(average: Weights, weights: Weights, updates: number, decay: number): void {
  const d = decay * (1 - Math.exp(-updates / RAMP_UPDATES))
  for (const [name, values] of weights) moveAverage(average.get(name)!, values, d)
}

/** Moves running batch-norm statistics towards those of a batch, in place. */
export function updateRunningStatistics(
  weights: Weights,
  batchStatistics: ReadonlyMap<string, Float32Array>,
  momentum: number,
): void {
  for (const [name, values] of batchStatistics) moveAverage(weights.get(name)!, values, 1 - momentum)
}

export function cloneWeights(weights: Weights): Weights {
  return new Map(Array.from(weights, ([name, values]) => [name, values.slice()]))
}
