/**
 * Exports the shipped weights in every way, lets the reference predict with the files, and compares its boxes with ours.
 *
 *   node test/parity/weights/check-exports.ts PYTHON FOLDER      (PYTHON has ultralytics and onnxruntime)
 *
 * Exits 1 when a box is missing, or differs by more than rounding.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { renderScene } from '../../../src/data/scenes/render-scene.ts'
import { predictImage } from '../../../src/yolo/predict/predict-image.ts'
import { openDetector } from '../../../src/yolo/runtime/detector-session.ts'
import { exportDetector, type DetectorExport } from '../../../src/yolo/export/export-detector.ts'
import { wholeModel } from '../../../src/yolo/weights/identify.ts'
import { readWeights } from '../../../src/yolo/weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../../../src/yolo/weights/weights-file.ts'

const [, , python = 'python', folder = '.'] = process.argv
const SIDE = 320
const EXPORTS: Readonly<Record<string, Partial<DetectorExport>>> = {
  fp32: {},
  fp16: { precision: 'fp16' },
  int8: { precision: 'int8' },
  dynamic: { dynamic: true },
  nms: { nms: { confidence: 0.25, iou: 0.6 } },
  'fp16-nms': { precision: 'fp16', nms: { confidence: 0.25, iou: 0.6 } },
}
/** A box of theirs is ours when class and place agree. */
const MOST_BOX_PX = 0.05
const MOST_CONFIDENCE = 0.002

type Row = [x1: number, y1: number, x2: number, y2: number, confidence: number, className: string]

await mkdir(folder, { recursive: true })
const file = await readWeights(BASE_WEIGHTS_PATH)
const { spec, weights } = wholeModel(file.tensors, file.source)
const classNames = file.classNames ?? []
for (const [name, options] of Object.entries(EXPORTS)) {
  const onnx = exportDetector(spec, weights, { classNames, height: SIDE, width: SIDE, ...options })
  await writeFile(join(folder, `${name}.onnx`), onnx)
}
for (const seed of [3, 8, 21, 34, 55]) {
  const { rgb, width, height } = renderScene({ seed, width: SIDE, height: SIDE })
  await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(folder, `${seed}.png`))
}
const script = fileURLToPath(new URL('reference_predicts.py', import.meta.url))
const { status, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8' })
if (status !== 0) throw new Error(stderr)
const reference = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8')) as Record<
  string,
  Record<string, Row[]>
>

for (const [model, images] of Object.entries(reference)) {
  await using detector = await openDetector(join(folder, model))
  let [boxes, missing, apartPx, apart] = [0, 0, 0, 0]
  for (const [image, theirs] of Object.entries(images)) {
    const { detections } = await predictImage(detector, join(folder, image), {
      confidence: 0.25,
      iou: 0.6,
      tiling: null,
    })
    boxes += Math.max(theirs.length, detections.length)
    missing += Math.abs(theirs.length - detections.length)
    for (const [x1, y1, x2, y2, confidence, className] of theirs) {
      const distances = detections
        .filter(({ classId }) => classNames[classId] === className)
        .map((ours) => ({
          px: Math.max(...[x1, y1, x2, y2].map((side, i) => Math.abs(side - ours.box[i]!))),
          confidence: Math.abs(confidence - ours.confidence),
        }))
      const nearest = distances.toSorted((a, b) => a.px - b.px)[0]
      if (!nearest || nearest.px > MOST_BOX_PX || nearest.confidence > MOST_CONFIDENCE) missing++
      else [apartPx, apart] = [Math.max(apartPx, nearest.px), Math.max(apart, nearest.confidence)]
    }
  }
  const good = missing === 0 && boxes > 0
  console.log(
    `${good ? 'equal ' : 'DIFFER'} ${model}: ${boxes} boxes, ${missing} not matched, at most ${apartPx.toExponential(1)} px and ${apart.toExponential(1)} confidence apart`,
  )
  if (!good) process.exitCode = 1
}
