import type { Provider } from './session.ts'

/** An ONNX detector, ready to run. */
export interface DetectorSession extends AsyncDisposable {
  /** B, H, W of `images`. */
  readonly batch: number
  readonly height: number
  readonly width: number
  /** K */
  readonly classCount: number
  readonly classNames: readonly string[]
  /** `metadata_props` of the file. */
  readonly metadata: Readonly<Record<string, string>>
  /** A, the number of candidate boxes. */
  readonly anchors: number
  /**
   * @param images `[B, 3, H, W]` RGB in [0, 1]
   * @returns `[B, 4 + K, A]`: cx cy w h in input pixels, then class probabilities
   */
  run(images: Float32Array): Promise<Float32Array>
}

export declare function openDetector(
  onnx: string | Uint8Array,
  options?: { readonly threads?: number; readonly provider?: Provider },
): Promise<DetectorSession>
