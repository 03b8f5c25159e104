import { evaluateDetections } from '../eval/coco-ap.ts'
import type { CocoMetrics } from '../eval/coco-ap.ts'
import type { DetectionImage, GroundTruthImage } from '../eval/detections.ts'
import { letterboxFit, letterboxPlanes, tightSize } from '../image/letterbox.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import { decodeDetections } from '../predict/nms.ts'
import { openDetector } from '../runtime/detector-session.ts'
import type { ImageSize } from '../runtime/detector-session.ts'
import { exportOnnx } from '../export/export.ts'
import type { Dataset } from './batches/dataset.ts'
import { storedImage } from './batches/image-store.ts'
import type { ImageStore } from './batches/image-store.ts'

/** Images that one inference call takes; larger ones gain nothing on a few cores. */
const INFERENCE_BATCH = 4

/**
 * As an evaluation reports it: nearly every candidate counts, under each class it may be, so that the epoch that is kept is
 * the one that evaluates best.
 */
const BENCHMARK = { confidence: 0.001, iou: 0.7, maxDetections: 300, multiLabel: true } as const

/** Cells of the coarsest level: sides of the network's input are multiples of it. */
const STRIDE_PX = 32

/** What was found on a data set, all boxes in pixels of the network's input. */
export interface Validation {
  readonly metrics: CocoMetrics
  /** In the order of the data set. */
  readonly truth: readonly GroundTruthImage[]
  readonly found: readonly DetectionImage[]
  /** Of the network's input for each image. */
  readonly sizes: readonly ImageSize[]
}

export interface ValidationOptions {
  /** H and W in pixels of the square that images are fitted into. */
  readonly size: number
  /** Pads each image to the smallest fitting rectangle instead; its scale stays the same. @default false */
  readonly rect?: boolean
  readonly threads?: number
}

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
  options: ValidationOptions,
): Promise<Validation> {
  const { size, rect = false } = options
  const square = { width: size, height: size }
  const names = Object.fromEntries(dataset.classNames.map((name, k) => [k, name]))
  const onnx = exportOnnx(spec, weights, {
    height: size,
    width: size,
    batch: Math.min(INFERENCE_BATCH, dataset.images.length),
    metadata: { names: JSON.stringify(names), imgsz: JSON.stringify([size, size]) },
  })
  await using detector = await openDetector(onnx, { threads: options.threads })
  const sizes = store.sizes.map((image) => (rect ? tightSize(image, square, STRIDE_PX) : square))
  const truth = store.sizes.map((image, i) => groundTruth(dataset, i, image, sizes[i]!))
  const found: DetectionImage[] = []
  for (const indices of batchesOfOneSize(sizes)) {
    const { width, height } = sizes[indices[0]!]!
    const input = new Float32Array(indices.length * 3 * height * width)
    for (const [b, i] of indices.entries()) {
      letterboxPlanes(await storedImage(store, i), { width, height }, input, b)
    }
    const output = await detector.run(input, { height, width }, { confidence: BENCHMARK.confidence })
    for (const [b, i] of indices.entries()) {
      found[i] = { id: String(i), detections: decodeDetections(output, { ...BENCHMARK, batchIndex: b }) }
    }
  }
  return { metrics: evaluateDetections(truth, found, spec.classCount), truth, found, sizes }
}

/** Indices of images, at most {@link INFERENCE_BATCH} together, that the network reads at one size. */
function batchesOfOneSize(sizes: readonly ImageSize[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const [i, { width, height }] of sizes.entries()) {
    const key = `${width}x${height}`
    const group = groups.get(key)
    if (group) group.push(i)
    else groups.set(key, [i])
  }
  return [...groups.values()].flatMap((indices) =>
    Array.from({ length: Math.ceil(indices.length / INFERENCE_BATCH) }, (_, i) =>
      indices.slice(i * INFERENCE_BATCH, (i + 1) * INFERENCE_BATCH),
    ),
  )
}

/** One number that ranks epochs: mostly mAP50-95. @source the weights that YOLOv5's documentation states */
export function fitnessOf(metrics: CocoMetrics): number {
  const part = (value: number): number => (Number.isFinite(value) && value > 0 ? value : 0)
  return 0.1 * part(metrics.map50) + 0.9 * part(metrics.map50_95)
}

function groundTruth(dataset: Dataset, index: number, image: ImageSize, size: ImageSize): GroundTruthImage {
  const { boxesXyxyNorm, classes } = dataset.images[index]!
  const fit = letterboxFit(image, size)
  const boxesXyxyPx = boxesXyxyNorm.map((side, i) =>
    i % 2 === 0 ? side * fit.width + fit.padX : side * fit.height + fit.padY,
  )
  return { id: String(index), boxesXyxyPx, classes }
}
