import type { Tensor } from '../graph/tensor.ts'

export interface ConvOptions {
  /** Output channels. */
  readonly out: number
  /** @default 1 */
  readonly kernel?: number
  /** @default 1 */
  readonly stride?: number
  /** @default 1 */
  readonly groups?: number
  /** Whether SiLU follows. @default true */
  readonly activation?: boolean
}

/**
 * The two layers that own weights. The network is written once against this; training, inference and
 * description of the model are three ways to answer.
 */
export interface Layers {
  /** Convolution without bias, batch norm, SiLU; its tensors are `<name>.conv.*` and `<name>.bn.*`. */
  conv(name: string, x: Tensor, options: ConvOptions): Tensor
  /** {@link conv}, its channels handed out in parts of these sizes. */
  convInParts(name: string, x: Tensor, options: ConvOptions, sizes: readonly number[]): Tensor[]
  /** A 1×1 convolution with bias, nothing after it; `<name>.weight` and `<name>.bias`. */
  predict(name: string, x: Tensor, out: number): Tensor
}

/** @source the published YOLO configuration; larger than the usual 1e-5 */
export const NORM_EPSILON = 1e-3
