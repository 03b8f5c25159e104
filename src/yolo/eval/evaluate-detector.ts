import { basename } from 'node:path'
import { SkyloopError } from '../../core/errors.ts'
import type { Prediction, PredictOptions } from '../predict/predict-image.ts'
import { predictImages } from '../predict/predict-images.ts'
import type { DetectorSession } from '../runtime/detector-session.ts'
import type { Dataset } from '../train/batches/dataset.ts'
import { type AltitudeEvaluation, evaluateAltitudes } from './altitude-bands.ts'
import { type CocoMetrics, type Detection, type DetectionImage, evaluateDetections } from './coco-ap.ts'
import { type ConfusionMatrix, confusionMatrix } from './confusion-matrix.ts'
import type { GroundTruthImage } from './detections.ts'
import { evaluateSizes, type SizeScore } from './size-groups.ts'

export interface EvaluateDetectorOptions {
  /** How images are cut. @default the model's `tile` metadata */
  readonly tiling?: PredictOptions['tiling']
  /** Metres above take-off by image file name, for the images whose altitude is known. @default none is */
  readonly altitudesM?: ReadonlyMap<string, number>
  /** Where altitude bands end, in metres. @default 30, 60, 90, 120 */
  readonly altitudeEdgesM?: readonly number[]
  readonly onImage?: (done: number, total: number) => void
}

export interface EvaluatedImage {
  readonly name: string
  readonly path: string
  readonly width: number
  readonly height: number
  readonly truth: GroundTruthImage
  readonly detections: readonly Detection[]
  readonly timesMs: Prediction['timesMs']
}

export interface DetectorEvaluation {
  readonly metrics: CocoMetrics
  readonly sizes: readonly SizeScore[]
  readonly altitudes: AltitudeEvaluation
  readonly confusion: ConfusionMatrix
  /** Class names that the numbers of `metrics` and of the detections refer to: the data set's. */
  readonly classNames: readonly string[]
  /** Classes that the data set names and the model cannot report. */
  readonly unknownToModel: readonly string[]
  readonly images: readonly EvaluatedImage[]
}

/** Settings of published benchmarks: nearly every candidate is reported, so that the whole precision-recall curve counts. */
const BENCHMARK = { confidence: 0.001, iou: 0.7, maxDetections: 300, multiLabel: true } as const

/**
 * Runs a detector over a labelled set and scores it. Classes are matched by name; what the model reports under a name
 * that the data set lacks is left out.
 *
 * @throws SkyloopError `yolo.eval.no-boxes` for a set without boxes, `yolo.eval.classes` when no class name is common,
 *   `yolo.eval.altitude-bands` when the edges do not ascend,
 *   `yolo.image.corrupt` naming an unreadable image
 */
export async function evaluateDetector(
  session: DetectorSession,
  dataset: Dataset,
  options: EvaluateDetectorOptions = {},
): Promise<DetectorEvaluation> {
  const { classNames } = dataset
  if (dataset.images.every((image) => image.classes.length === 0)) {
    throw new SkyloopError({
      code: 'yolo.eval.no-boxes',
      message: `the ${dataset.images.length} images of ${dataset.folder} have no boxes: nothing can be measured`,
    })
  }
  const toDatasetClass = session.classNames.map((name) => classNames.indexOf(name))
  if (toDatasetClass.every((classId) => classId < 0)) {
    throw new SkyloopError({
      code: 'yolo.eval.classes',
      message: `the model reports ${session.classNames.join(', ')}, the data set names ${classNames.join(', ')}: no class is common`,
    })
  }
  const images: EvaluatedImage[] = []
  const tiling = options.tiling === undefined ? {} : { tiling: options.tiling }
  const paths = dataset.images.map(({ path }) => path)
  for await (const outcome of predictImages(session, paths, { ...BENCHMARK, ...tiling })) {
    if ('error' in outcome) throw outcome.error
    const labelled = dataset.images[images.length]!
    const name = basename(labelled.path)
    const { width, height, detections, timesMs } = outcome.prediction
    const sizes = [width, height, width, height]
    const truth = {
      id: name,
      boxesXyxyPx: labelled.boxesXyxyNorm.map((side, i) => side * sizes[i % 4]!),
      classes: labelled.classes,
    }
    const known = detections
      .map((detection) => ({ ...detection, classId: toDatasetClass[detection.classId]! }))
      .filter(({ classId }) => classId >= 0)
    images.push({ name, path: labelled.path, width, height, truth, detections: known, timesMs })
    options.onImage?.(images.length, dataset.images.length)
  }
  const truth = images.map((image) => image.truth)
  const found: DetectionImage[] = images.map(({ name, detections }) => ({ id: name, detections }))
  const metrics = evaluateDetections(truth, found, classNames.length)
  const { altitudesM = new Map(), altitudeEdgesM } = options
  return {
    metrics,
    sizes: evaluateSizes(truth, found, classNames.length),
    altitudes: evaluateAltitudes(truth, found, classNames.length, altitudesM, altitudeEdgesM),
    confusion: confusionMatrix(truth, found, classNames.length, { confidence: metrics.operatingPoint.confidence }),
    classNames,
    unknownToModel: classNames.filter((name) => !session.classNames.includes(name)),
    images,
  }
}
