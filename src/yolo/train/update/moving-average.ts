import type { Weights } from '../../model/spec.ts'

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
  for (const [name, values] of weights) {
    const mean = average.get(name)!
    for (let i = 0; i < mean.length; i++) mean[i] = d * mean[i]! + (1 - d) * values[i]!
  }
}

/** Moves running batch-norm statistics towards those of a batch, in place. */
export function updateRunningStatistics(
  weights: Weights,
  batchStatistics: ReadonlyMap<string, Float32Array>,
  momentum: number,
): void {
  for (const [name, values] of batchStatistics) {
    const running = weights.get(name)!
    for (let i = 0; i < running.length; i++) running[i] = (1 - momentum) * running[i]! + momentum * values[i]!
  }
}

export function cloneWeights(weights: Weights): Weights {
  return new Map(Array.from(weights, ([name, values]) => [name, values.slice()]))
}
