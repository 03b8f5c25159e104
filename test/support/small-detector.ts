import { seededRandom } from '../../src/core/random.ts'
import { initialWeights, modelSpec } from '../../src/yolo/model/spec.ts'
import { exportOnnx } from '../../src/yolo/export/export.ts'

/** Network side in pixels. */
const DETECTOR_SIDE = 64

/** Frames are cut into tiles of 128 px, shrunk by half. */
const DETECTOR_TILING = { size: 128, overlap: 0.25, scale: 0.5 }

/**
 * An untrained YOLO11n for "car" and "bus" as an ONNX file: it reports cars of 16, 32 and 64 px of its input
 * where its random weights say so, never buses.
 */
export function smallDetector(tiling: object | null = DETECTOR_TILING): Uint8Array {
  const spec = modelSpec('n', 2)
  const weights = initialWeights(spec, seededRandom(11))
  for (const { name } of spec.parameters) {
    // The bias of the class branches: near even odds for the first class, none for the second.
    if (/^model\.23\.cv3\.\d\.2\.bias$/.test(name)) weights.set(name, Float32Array.from([-0.2, -20]))
    // What reaches the class branch of an untrained network hardly varies: enlarged, confidences differ from place to place.
    if (/^model\.23\.cv3\.\d\.2\.weight$/.test(name)) {
      weights.set(
        name,
        weights.get(name)!.map((weight) => weight * 2e7),
      )
    }
    // Of the 16 distances to each side, the second: boxes two cells wide around their anchor.
    if (/^model\.23\.cv2\.\d\.2\.bias$/.test(name)) {
      weights.set(
        name,
        Float32Array.from({ length: 4 * 16 }, (_, i) => (i % 16 === 1 ? 9 : 0)),
      )
    }
  }
  return exportOnnx(spec, weights, {
    height: DETECTOR_SIDE,
    width: DETECTOR_SIDE,
    metadata: { names: '{"0":"car","1":"bus"}', imgsz: '[64,64]', task: 'detect', tile: JSON.stringify(tiling) },
  })
}
