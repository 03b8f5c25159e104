import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../core/files.ts'
import { confusionMatrix } from '../eval/confusion-matrix.ts'
import type { TrainResult } from '../train/train-detector.ts'
import { detectionPlots } from './detection-plots.ts'
import { labelPlot } from './label-plot.ts'
import { renderPng } from './svg.ts'
import { trainingCurves } from './training-curves.ts'
import { batchSheet, validationSheet } from './training-pictures.ts'

/**
 * Draws what a training was made of and came to, into a folder: `results.png`, `labels.png`, two `train-batch-*.jpg`,
 * and, where there was validation, `validation-batch.jpg`, curves and confusion matrices.
 */
export async function writeTrainingPlots(
  result: TrainResult,
  classNames: readonly string[],
  imageSize: number,
  folder: string,
): Promise<void> {
  const { rows, bestEpoch, material } = result
  const files = new Map<string, Buffer>()
  if (rows.length > 0) files.set('results.png', await renderPng(trainingCurves(rows, bestEpoch)))
  const images = material.train.images.map((image, i) => {
    const { width, height } = material.trainSizes[i]!
    const ratio = imageSize / Math.max(width, height)
    return { ...image, width: width * ratio, height: height * ratio }
  })
  files.set('labels.png', await renderPng(labelPlot({ classNames, images })))
  for (const index of [0, 1]) {
    files.set(`train-batch-${index}.jpg`, await batchSheet(await material.sampleBatch({ epoch: 0, index }), classNames))
  }
  if (material.validation) {
    const { truth, found, metrics } = material.validation
    const { confidence } = metrics.operatingPoint
    const confusion = confusionMatrix(truth, found, classNames.length, { confidence })
    for (const [name, file] of await detectionPlots(truth, found, confusion, classNames)) files.set(name, file)
    files.set('validation-batch.jpg', await validationSheet(material.validation))
  }
  await mkdir(folder, { recursive: true })
  for (const [name, file] of files) await writeFileAtomic(join(folder, name), file)
}
