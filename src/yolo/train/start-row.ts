import type { Clock } from '../../core/clock.ts'
import type { CocoMetrics } from '../eval/coco-ap.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import { writeWeightsFile } from '../weights/weights-file.ts'
import { bestWeightsPath } from './checkpoint.ts'
import { validationColumns } from './results.ts'
import type { EpochRow } from './results.ts'
import type { TrainingState } from './train-epochs.ts'
import type { TrainEvent } from './train-events.ts'
import { fitnessOf } from './validation.ts'

export interface StartOptions {
  readonly spec: ModelSpec
  readonly classNames: readonly string[]
  readonly checkpointDir: string
  readonly epochs: number
  readonly clock: Clock
  readonly validate: (weights: Weights) => Promise<CocoMetrics>
  readonly report: (event: TrainEvent) => void
}

/**
 * Validates the weights that a fine-tune starts from, as the line of epoch 0, and keeps them as the best so far: what is
 * shipped in the end is never worse than what was there before.
 */
export async function measureStart(options: StartOptions, state: TrainingState): Promise<void> {
  const { spec, classNames, checkpointDir, clock, validate, report } = options
  const startMs = clock.now().getTime()
  const metrics = await validate(state.weights)
  await writeWeightsFile(bestWeightsPath(checkpointDir), spec, state.weights, classNames)
  const seconds = state.progress.seconds + (clock.now().getTime() - startMs) / 1000
  const row: EpochRow = {
    epoch: 0,
    trainLoss: null,
    boxLoss: null,
    clsLoss: null,
    dflLoss: null,
    ...validationColumns(metrics),
    learningRate: null,
    imagesPerSecond: null,
    seconds,
    boxesLeftOut: 0,
    waitShare: null,
  }
  state.progress = { ...state.progress, rows: [row], best: { epoch: -1, fitness: fitnessOf(metrics) }, seconds }
  report({ kind: 'epoch', row, epochs: options.epochs, secondsLeft: undefined })
}
