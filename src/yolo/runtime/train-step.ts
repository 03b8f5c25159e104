import type { ModelSpec, Weights } from '../model/spec.ts'
import type { Provider } from './session.ts'

export interface Batch {
  /** `[B, 3, H, W]` RGB in [0, 1]. */
  readonly images: Float32Array
  /** `[B, M, 4]` x1 y1 x2 y2 in pixels of the image; rows with mask 0 are ignored whatever they hold. */
  readonly boxesXyxyPx: Float32Array
  /** `[B, M]` class index in [0, K). */
  readonly classes: Int32Array
  /** `[B, M]` 1 for a real box, 0 for padding. */
  readonly mask: Float32Array
}

/** Weighted loss parts (gains applied, per image); `total` is their sum times B, what the gradients belong to. */
export interface LossParts {
  readonly box: number
  readonly cls: number
  readonly dfl: number
  readonly total: number
}

export interface TrainStepResult {
  readonly loss: LossParts
  /** By parameter name; frozen parameters are absent. */
  readonly gradients: Map<string, Float32Array>
  /** Batch mean and unbiased batch variance, by the name of the running statistic they update. */
  readonly batchStatistics: Map<string, Float32Array>
}

export interface TrainStepOptions {
  readonly spec: ModelSpec
  /** B */
  readonly batch: number
  /** H in pixels, a multiple of 32. */
  readonly height: number
  /** W in pixels, a multiple of 32. */
  readonly width: number
  /** M, boxes per image that fit; the rest is padding. */
  readonly maxBoxes: number
  /** @default as many as the machine has cores */
  readonly threads?: number
  /** @default box 7.5, cls 0.5, dfl 1.5 */
  readonly gains?: { readonly box: number; readonly cls: number; readonly dfl: number }
  /** Parameters that get no gradient; their batch norms use running statistics if all of their parameters are frozen. */
  readonly frozen?: (name: string) => boolean
  /** @default 'cpu' */
  readonly provider?: Provider
}

/** Forward and backward of one batch, as one compiled graph. */
export interface TrainStep extends AsyncDisposable {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly maxBoxes: number
  run(weights: Weights, batch: Batch): Promise<TrainStepResult>
}

export declare function createTrainStep(options: TrainStepOptions): Promise<TrainStep>
