/** What a detector says about a batch of images. */
export type NetworkOutput = HeadOutput | BoxesOutput

/** Raw predictions, to be decoded where they say that there is something. */
export interface HeadOutput {
  readonly kind: 'head'
  /** B */
  readonly batch: number
  /** K */
  readonly classCount: number
  readonly levels: readonly LevelValues[]
}

/** One level of a {@link HeadOutput}: a grid of cells. */
export interface LevelValues {
  /** Pixels per cell. */
  readonly stride: number
  /** Rows and columns of cells. */
  readonly height: number
  readonly width: number
  /** `[B, 4 R, height, width]` logits of the distances left, top, right, bottom over R bins */
  readonly distances: Float32Array
  /** `[B, K, height, width]` logits */
  readonly classes: Float32Array
}

/** Boxes of all anchors, as the usual exported file puts them out. */
export interface BoxesOutput {
  readonly kind: 'boxes'
  /** B */
  readonly batch: number
  /** K */
  readonly classCount: number
  /** A */
  readonly anchors: number
  /** `[B, 4 + K, A]`: cx cy w h in input pixels, then class probabilities */
  readonly values: Float32Array
}
