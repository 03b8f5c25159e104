export interface Schedule {
  /** Learning rate at its height. */
  readonly lr0: number
  /** The last learning rate as a fraction of `lr0`. */
  readonly lrf: number
  readonly shape: 'cosine' | 'linear'
  readonly warmupSteps: number
  readonly totalSteps: number
}

/** Learning rate of step `step` (0-based): a linear climb from near zero, then down to `lr0 * lrf` at the last step. */
export function learningRate(schedule: Schedule, step: number): number {
  const { lr0, lrf, shape, warmupSteps, totalSteps } = schedule
  const done = Math.min(1, step / Math.max(1, totalSteps - 1))
  const fall = shape === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1 - done
  const warm = step < warmupSteps ? (step + 1) / (warmupSteps + 1) : 1
  return lr0 * warm * (lrf + (1 - lrf) * fall)
}
