import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic, writeJsonAtomic } from '../../core/files.ts'
import { writeTrainingPlots } from '../plots/training-plots.ts'
import { exportDetector } from '../export/export-detector.ts'
import { engineName } from '../runtime/engine-name.ts'
import { writeWeightsFile } from '../weights/weights-file.ts'
import { resultsCsv } from './results.ts'
import type { TrainResult } from './train-detector.ts'

export interface OutputOptions {
  readonly modelDir: string
  /** Gets `results.csv`, and `plots/` when `plots` is on. */
  readonly outputDataDir: string
  readonly classNames: readonly string[]
  /** H and W in pixels. */
  readonly imageSize: number
  /** Whether pictures are drawn. @default false */
  readonly plots?: boolean
  /** How frames were cut into the training's images, for prediction to do the same; null when they were not. */
  readonly tile: unknown
  /** Content hash of the data set, when it has one. */
  readonly datasetHash?: string
}

/** Writes `model.onnx`, `model.safetensors`, `metrics.json`, `results.csv` and plots of a training. */
export async function writeTrainingOutputs(result: TrainResult, options: OutputOptions): Promise<void> {
  const { modelDir, outputDataDir, classNames, imageSize } = options
  await mkdir(modelDir, { recursive: true })
  await mkdir(outputDataDir, { recursive: true })
  const onnx = exportDetector(result.spec, result.weights, {
    classNames,
    height: imageSize,
    width: imageSize,
    tile: options.tile,
    license: result.license,
  })
  await writeFileAtomic(join(modelDir, 'model.onnx'), onnx)
  await writeWeightsFile(join(modelDir, 'model.safetensors'), result.spec, result.weights, classNames, {
    metadata: {
      imgsz: String(imageSize),
      ...(options.tile ? { tile: JSON.stringify(options.tile) } : {}),
      ...(result.license === undefined ? {} : { license: result.license }),
    },
  })
  await writeJsonAtomic(join(modelDir, 'metrics.json'), trainingMetrics(result, options))
  await writeFileAtomic(join(outputDataDir, 'results.csv'), resultsCsv(result.rows))
  if (options.plots) await writeTrainingPlots(result, classNames, imageSize, join(outputDataDir, 'plots'))
}

/** Validation of the weights that training started from; null without validation, or from scratch. */
function startMetrics({ rows }: TrainResult): { map50: number | null; map50_95: number | null } | null {
  const start = rows.find(({ epoch }) => epoch === 0)
  return start ? { map50: start.valMap50, map50_95: start.valMap50_95 } : null
}

function trainingMetrics(result: TrainResult, { classNames, datasetHash }: OutputOptions): Record<string, unknown> {
  const { validation } = result
  return {
    status: result.status,
    reason: result.reason,
    epochs: result.rows.filter(({ epoch }) => epoch > 0).length,
    bestEpoch: result.bestEpoch,
    start: startMetrics(result),
    steps: result.steps,
    imagesPerSecond: result.imagesPerSecond,
    finalLoss: result.finalLoss ?? null,
    seconds: result.seconds,
    engine: engineName(),
    classes: classNames,
    datasetHash: datasetHash ?? null,
    startedFrom: result.transfer
      ? { tensors: result.transfer.loaded.length + result.transfer.remapped.length, classes: result.transfer.classes }
      : null,
    validation: validation
      ? {
          map50: validation.map50,
          map50_95: validation.map50_95,
          precision: validation.operatingPoint.precision,
          recall: validation.operatingPoint.recall,
          confidence: validation.operatingPoint.confidence,
          perClass: Object.fromEntries(
            validation.perClass.map(({ classId, ap50, ap50_95, boxes }) => [
              classNames[classId] ?? String(classId),
              { ap50, ap50_95, boxes },
            ]),
          ),
        }
      : null,
  }
}
