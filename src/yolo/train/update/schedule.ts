export interface Schedule {
  /** Learning rate at its height. */
  readonly lr0: number
  /** The last learning rate as a fraction of `lr0`. */
  readonly lrf: number
  readonly shape: 'cosine' | 'linear'
  readonly warmupSteps: number
  readonly totalSteps: number
  /**
   * Steps of an epoch. When given, the rate falls between epochs and climbs from zero exactly, as the reference trainer
   * does; its last epoch therefore stays above `lr0 * lrf`.
   *
   * @default the rate falls at every step, to reach `lr0 * lrf` at the last
   */
  readonly stepsPerEpoch?: number
  /** What the rate of biases starts from; high in the reference trainer. @default 0, as the others */
  readonly warmupBiasRate?: number
  /** Momentum at the first step and after the warm-up. @default the optimiser's own throughout */
  readonly momentum?: { readonly from: number; readonly to: number }
}

/** What one update of the weights goes by. */
export interface StepRates {
  readonly learningRate: number
  /** Of biases, those of batch norms included. */
  readonly biasLearningRate: number
  /** @default the optimiser's own */
  readonly momentum?: number
}

/** Learning rate of step `step` (0-based): a linear climb from near zero, then down to `lr0 * lrf` at the last step. */
export function learningRate(schedule: Schedule, step: number): number {
  return ratesAt(schedule, step).learningRate
}

/**
 * Everything that warms up or falls, at step `step` (0-based).
 *
 * @source the shapes and the warm-up of biases and momentum as published for the reference trainer (`cos_lr`, `warmup_bias_lr`,
 *   `warmup_momentum`), equal to what it does in `test/parity/schedule_fixture.py`
 */
export function ratesAt(schedule: Schedule, step: number): StepRates {
  const { lr0, lrf, shape, warmupSteps, warmupBiasRate = 0, momentum } = schedule
  const done = shareDone(schedule, step)
  const fall = shape === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1 - done
  const height = lr0 * (lrf + (1 - lrf) * fall)
  const climbed = climbAt(schedule, step)
  const between = (from: number, to: number): number => from + climbed * (to - from)
  return {
    learningRate: climbed * height,
    biasLearningRate: warmupSteps > 0 ? between(warmupBiasRate, height) : height,
    momentum: momentum && between(momentum.from, momentum.to),
  }
}

function shareDone({ totalSteps, stepsPerEpoch }: Schedule, step: number): number {
  if (stepsPerEpoch === undefined) return Math.min(1, step / Math.max(1, totalSteps - 1))
  return (Math.floor(step / stepsPerEpoch) * stepsPerEpoch) / totalSteps
}

function climbAt({ warmupSteps, stepsPerEpoch }: Schedule, step: number): number {
  if (step >= warmupSteps) return 1
  return stepsPerEpoch === undefined ? (step + 1) / (warmupSteps + 1) : step / warmupSteps
}
