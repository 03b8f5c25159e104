import { evaluateDetections } from '../eval/coco-ap.ts'
import type { CocoMetrics } from '../eval/coco-ap.ts'
import type { DetectionImage, GroundTruthImage } from '../eval/detections.ts'
import { letterboxFit, letterboxPlanes } from '../image/letterbox.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import { decodeDetections } from '../predict/nms.ts'
import { openDetector } from '../runtime/detector-session.ts'
import { exportOnnx } from '../runtime/export.ts'
import type { Dataset } from './dataset.ts'
import { storedImage } from './image-store.ts'
import type { ImageStore } from './image-store.ts'

/** Images that one inference call takes; larger ones gain nothing on a few cores. */
const INFERENCE_BATCH = 4

/** As in COCO evaluation of detectors: nearly every box counts, ranked by confidence. */
const CONFIDENCE = 0.001
const OVERLAP_IOU = 0.7
const MAX_DETECTIONS = 100

/**
 * COCO metrics of weights on a data set, measured through the exported ONNX graph, each image letterboxed to the
 * network's input.
 *
 * @param store the data set's images, in its order
 */
export async function validateWeights(
  spec: ModelSpec,
  weights: Weights,
  dataset: Dataset,
  store: ImageStore,
  options: { readonly size: number; readonly threads?: number },
): Promise<CocoMetrics> {
  const { size } = options
  const batch = Math.min(INFERENCE_BATCH, dataset.images.length)
  const names = Object.fromEntries(dataset.classNames.map((name, k) => [k, name]))
  const onnx = exportOnnx(spec, weights, {
    height: size,
    width: size,
    batch,
    metadata: { names: JSON.stringify(names), imgsz: JSON.stringify([size, size]) },
  })
  await using detector = await openDetector(onnx, { threads: options.threads })
  const truth: GroundTruthImage[] = []
  const found: DetectionImage[] = []
  const input = new Float32Array(batch * 3 * size * size)
  for (let start = 0; start < dataset.images.length; start += batch) {
    const count = Math.min(batch, dataset.images.length - start)
    for (let b = 0; b < count; b++) {
      const image = await storedImage(store, start + b)
      letterboxPlanes(image, { width: size, height: size }, input, b)
      truth.push(groundTruth(dataset, start + b, image.width, image.height, size))
    }
    const output = await detector.run(input)
    for (let b = 0; b < count; b++) {
      const detections = decodeDetections(output, {
        batchIndex: b,
        confidence: CONFIDENCE,
        iou: OVERLAP_IOU,
        maxDetections: MAX_DETECTIONS,
      })
      found.push({ id: String(start + b), detections })
    }
  }
  return evaluateDetections(truth, found, spec.classCount)
}

/** One number that ranks epochs: mostly mAP50-95. @source the weights that YOLOv5's documentation states */
export function fitnessOf(metrics: CocoMetrics): number {
  const part = (value: number): number => (Number.isFinite(value) && value > 0 ? value : 0)
  return 0.1 * part(metrics.map50) + 0.9 * part(metrics.map50_95)
}

function groundTruth(dataset: Dataset, index: number, width: number, height: number, size: number): GroundTruthImage {
  const { boxesXyxyNorm, classes } = dataset.images[index]!
  const fit = letterboxFit({ width, height }, { width: size, height: size })
  const boxesXyxyPx = boxesXyxyNorm.map((side, i) =>
    i % 2 === 0 ? side * fit.width + fit.padX : side * fit.height + fit.padY,
  )
  return { id: String(index), boxesXyxyPx, classes }
}
