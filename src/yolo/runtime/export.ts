import type { ModelSpec, Weights } from '../model/spec.ts'

/** The inference graph as an ONNX file, batch norms folded into their convolutions. */
export declare function exportOnnx(
  spec: ModelSpec,
  weights: Weights,
  options: {
    readonly height: number
    readonly width: number
    /** @default 1 */
    readonly batch?: number
    readonly metadata: Readonly<Record<string, string>>
  },
): Uint8Array
