import { existsSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { SkyloopError } from '../../core/errors.ts'
import { drawBoxes } from '../../yolo/eval/draw-boxes.ts'
import type { Prediction, PredictOptions } from '../../yolo/predict/predict-image.ts'
import { predictImages } from '../../yolo/predict/predict-images.ts'
import { boxColour } from '../../yolo/plots/palette.ts'
import { openDetector, type DetectorSession } from '../../yolo/runtime/detector-session.ts'
import type { Task } from '../terminal/reporter.ts'

/** What was found in one image. */
export interface FilePrediction {
  readonly file: string
  /** Pixels, after the EXIF orientation. */
  readonly width: number
  readonly height: number
  /** How many network inputs the image became. */
  readonly tiles: number
  readonly milliseconds: number
  /** Best first. */
  readonly detections: readonly {
    readonly class: string
    readonly classId: number
    readonly confidence: number
    /** x1, y1, x2, y2 in pixels of the image. */
    readonly box: readonly number[]
  }[]
  /** The image with the boxes drawn on it. */
  readonly drawn?: string
}

export interface FilePredictions {
  readonly images: readonly FilePrediction[]
  /** Images that could not be read, and why. */
  readonly failed: readonly { readonly file: string; readonly error: string }[]
}

export interface PredictFilesOptions extends PredictOptions {
  /** Gets the drawn images; none are drawn without it. */
  readonly out: string | undefined
  /** Width in pixels of a drawn image, at most. */
  readonly drawWidth: number
  readonly signal: AbortSignal
}

/**
 * Opens a detector.
 *
 * @param model an ONNX file, or a folder that a training has left
 * @throws SkyloopError `cli.model` when there is none; `yolo.load` when it is no detector
 */
export async function openModel(model: string): Promise<DetectorSession> {
  if (!existsSync(model)) throw new SkyloopError({ code: 'cli.model', message: `there is no model ${model}` })
  if (!statSync(model).isDirectory()) return openDetector(model)
  const path = join(model, 'model.onnx')
  if (existsSync(path)) return openDetector(path)
  throw new SkyloopError({
    code: 'cli.model',
    message: `the folder ${model} has no model.onnx`,
    hint: 'give an .onnx file, or the folder that `skyloop train run` has made',
  })
}

/** Predicts file after file. An image that cannot be read does not end the others. */
export async function predictFiles(
  session: DetectorSession,
  files: readonly string[],
  options: PredictFilesOptions,
  task: Task,
): Promise<FilePredictions> {
  const images: FilePrediction[] = []
  const failed: { file: string; error: string }[] = []
  const taken = new Set<string>()
  for await (const outcome of predictImages(session, files, options)) {
    options.signal.throwIfAborted()
    const file = outcome.source
    const done = images.length + failed.length
    task.update(`${done + 1} of ${files.length}: ${parse(file).base}`, done / files.length)
    if ('error' in outcome) {
      failed.push({ file, error: outcome.error.message })
      continue
    }
    const prediction = filePrediction(session, file, outcome.prediction)
    const drawn = options.out === undefined ? undefined : await draw(prediction, options, taken)
    images.push(drawn === undefined ? prediction : { ...prediction, drawn })
  }
  return { images, failed }
}

function filePrediction(session: DetectorSession, file: string, prediction: Prediction): FilePrediction {
  const { width, height, tiles, timesMs, detections } = prediction
  return {
    file,
    width,
    height,
    tiles,
    milliseconds: round(timesMs.decode + timesMs.infer + timesMs.post, 1),
    detections: detections.map(({ classId, confidence, box }) => ({
      class: session.classNames[classId] ?? String(classId),
      classId,
      confidence: round(confidence, 4),
      box: box.map((side) => round(side, 1)),
    })),
  }
}

/** @returns the path of the drawn image */
async function draw(
  { file, width, height, detections }: FilePrediction,
  { out, drawWidth }: PredictFilesOptions,
  taken: Set<string>,
): Promise<string> {
  const folder = out as string
  const picture = await drawBoxes(
    { path: file, width, height },
    detections.map(({ class: name, classId, confidence, box }) => ({
      box: box as [number, number, number, number],
      label: `${name} ${Math.round(confidence * 100)}`,
      colour: boxColour(classId),
    })),
    drawWidth,
  )
  // Images of the same name from several folders.
  const { name } = parse(file)
  let path = join(folder, `${name}.jpg`)
  for (let n = 2; taken.has(path); n++) path = join(folder, `${name}-${n}.jpg`)
  taken.add(path)
  await mkdir(folder, { recursive: true })
  await writeFile(path, picture)
  return path
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))
