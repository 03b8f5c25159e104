import type { ModelSpec, Weights } from '../model/spec.ts'
import { exportOnnx } from './export.ts'
import { toHalf } from './export-half.ts'
import { toInt8 } from './export-int8.ts'
import { exportMetadata, type ExportFacts } from './export-metadata.ts'
import { type BuiltInNms, withNms } from './export-nms.ts'

/** How weights are stored: 32-bit floats; halves; 8-bit whole numbers with a scale per channel. */
export type Precision = 'fp32' | 'fp16' | 'int8'

export interface DetectorExport extends Omit<ExportFacts, 'scale'> {
  /** @default 'fp32' */
  readonly precision?: Precision
  /** Whether batch, H and W are left open, as in `ExportOptions`. @default false */
  readonly dynamic?: boolean
  /** Suppression inside the file; null leaves it to the reader. @default null */
  readonly nms?: BuiltInNms | null
}

const IN_PRECISION: { readonly [P in Precision]: (onnx: Uint8Array) => Uint8Array } = {
  fp32: (onnx) => onnx,
  fp16: toHalf,
  int8: toInt8,
}

/**
 * A detector as an ONNX file for this product and others, with all that its metadata can say.
 *
 * @throws SkyloopError `yolo.weights` when a tensor is missing; `yolo.export.half` when one does not fit into halves
 */
export function exportDetector(spec: ModelSpec, weights: Weights, options: DetectorExport): Uint8Array {
  const { height, width, batch = 1, dynamic = false, precision = 'fp32', nms = null } = options
  const metadata = exportMetadata({ ...options, scale: spec.scale })
  const onnx = IN_PRECISION[precision](exportOnnx(spec, weights, { height, width, batch, dynamic, metadata }))
  return nms === null ? onnx : withNms(onnx, nms)
}
