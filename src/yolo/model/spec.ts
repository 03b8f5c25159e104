import type { Random } from '../../core/random.ts'
import { describeModel } from './describe.ts'
import { initialise } from './initialise.ts'

/** Size of the network: nano, small, medium, large, extra large. */
export type ModelScale = 'n' | 's' | 'm' | 'l' | 'x'

/** What a tensor of the model is for; weight decay, freezing and initial values go by it. */
export type TensorRole = 'conv-weight' | 'conv-bias' | 'norm-weight' | 'norm-bias' | 'norm-mean' | 'norm-variance'

export interface TensorSpec {
  /** The name that the reference implementation's checkpoints use, e.g. `model.0.conv.weight`. */
  readonly name: string
  readonly shape: readonly number[]
  readonly role: TensorRole
}

export interface ModelSpec {
  readonly scale: ModelScale
  /** K, the number of classes. */
  readonly classCount: number
  /** Trained tensors, in the order of the forward pass. */
  readonly parameters: readonly TensorSpec[]
  /** Running statistics of the batch normalisations. */
  readonly buffers: readonly TensorSpec[]
}

/** Name to values, parameters and buffers alike, row-major. */
export type Weights = Map<string, Float32Array>

/**
 * The tensors of YOLO11 detect.
 *
 * @throws SkyloopError `yolo.spec` when `classCount` is not a whole number of at least 1
 */
export function modelSpec(scale: ModelScale, classCount: number): ModelSpec {
  return describeModel(scale, classCount)
}

/** Values to train from scratch: see `initialise.ts` for the distributions. */
export function initialWeights(spec: ModelSpec, random: Random): Weights {
  return initialise(spec, random)
}
