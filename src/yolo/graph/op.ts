/** A square k×k window moved over H and W; padding is k >> 1 on each side. */
export interface Window {
  readonly kernel: number
  readonly stride: number
}

export interface ConvWindow extends Window {
  /** Channel groups; equal to the channel count in a depthwise convolution. */
  readonly groups: number
}

type None = Record<string, never>

/** Every operation of the graph language and its static attributes. Rules about operations are total maps over it. */
export interface OpAttributes {
  // Elementwise, one input.
  exp: None
  log: None
  sqrt: None
  atan: None
  sigmoid: None
  reciprocal: None
  /** Truth to 1 or 0. */
  toFloat: None
  /** Identity whose gradient is nothing. */
  stopGradient: None

  // Elementwise, two inputs with broadcasting.
  add: None
  sub: None
  mul: None
  div: None
  min: None
  max: None
  greater: None
  greaterOrEqual: None
  equal: None

  /** x, then y = x · sigmoid(x) and sigmoid(x). */
  silu: None
  /** dy, y, sigmoid(x) of a silu: gradient of its x. */
  siluGradient: None
  /** logits, targets: binary cross entropy of each element. */
  binaryCrossEntropy: None

  // Over axes.
  reduceSum: { readonly axes: readonly number[]; readonly keepAxes: boolean }
  reduceMax: { readonly axes: readonly number[]; readonly keepAxes: boolean }
  softmax: { readonly axis: number }
  logSoftmax: { readonly axis: number }
  /** 1 at the greatest element along an axis, the first where several are, else 0. */
  greatestMask: { readonly axis: number }
  /** 1 at the `count` greatest elements of each row of the last axis, else 0. */
  topMask: { readonly count: number }

  // Layout.
  /** A size of 0 is that of the input's axis, one of -1 whatever remains. */
  reshape: { readonly shape: readonly number[] }
  /** x in the shape of a second tensor. */
  reshapeLike: None
  transpose: { readonly order: readonly number[] }
  expand: { readonly shape: readonly number[] }
  concat: { readonly axis: number }
  split: { readonly axis: number; readonly sizes: readonly number[] }
  slice: { readonly axis: number; readonly start: number; readonly end: number }

  /** Batched product of the last two axes, each operand transposed on request, times `alpha`. */
  matMul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly alpha: number }

  // Images [B, C, H, W].
  /** x, weight[, bias] */
  conv: ConvWindow
  /** dy, weight: gradient of x. */
  convInputGradient: ConvWindow & { readonly inputShape: readonly number[] }
  /** x, dy: gradient of the weight. */
  convWeightGradient: ConvWindow
  /**
   * x, weight, scale, shift: y, batch mean, biased batch variance, 1 / standard deviation, and the convolution's result.
   * One operation, because its gradient is cheaper than that of a convolution and a normalisation one after the other.
   */
  convBatchNorm: ConvWindow & { readonly epsilon: number }
  /** dy, convolution's result, scale, mean, 1 / standard deviation: gradient of that result / factor, of scale, of shift; factor. */
  batchNormGradient: None
  /** Stride 1, same size: y and the flat position of each maximum. */
  maxPool: { readonly kernel: number }
  /** dy, positions: gradient of x. */
  maxPoolGradient: None
  /** Each pixel becomes a 2×2 block. */
  upsample2: None
  upsample2Gradient: None
  /** Centres x, y of the cells of x, in cells, `[1, 2, H · W]`. */
  cellCentres: None
}

export type OpName = keyof OpAttributes
