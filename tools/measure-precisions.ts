/**
 * What each precision of an export costs and saves: file size, COCO AP on a labelled folder, time of the network. Detectors
 * take turns image by image, so that whatever else the machine does hits them alike; times are medians.
 *
 *   node tools/measure-precisions.ts --data FOLDER [--weights FILE] [--imgsz 320]
 *
 * FOLDER holds images/, labels/ and classes.txt. `weights/README.md` has the figures of the shipped weights.
 */
import { parseArgs } from 'node:util'
import { evaluateDetector } from '../src/yolo/eval/evaluate-detector.ts'
import { openDetector } from '../src/yolo/runtime/detector-session.ts'
import { exportDetector, type Precision } from '../src/yolo/export/export-detector.ts'
import { readClassNames, readDataset } from '../src/yolo/train/batches/dataset.ts'
import { wholeModel } from '../src/yolo/weights/identify.ts'
import { readWeights } from '../src/yolo/weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../src/yolo/weights/weights-file.ts'

const { values: args } = parseArgs({
  options: {
    data: { type: 'string' },
    weights: { type: 'string', default: BASE_WEIGHTS_PATH },
    imgsz: { type: 'string', default: '320' },
    /** Runs of the network whose times are compared. */
    runs: { type: 'string', default: '100' },
  },
})
if (args.data === undefined) throw new Error('give --data, a folder with images/ and labels/')
const file = await readWeights(args.weights)
const { spec, weights } = wholeModel(file.tensors, args.weights)
const dataset = await readDataset(args.data, await readClassNames([args.data]))
const side = Number(args.imgsz)
const classNames = file.classNames ?? []

const PRECISIONS: readonly Precision[] = ['fp32', 'fp16', 'int8']
const images = Float32Array.from({ length: 3 * side * side }, (_, i) => ((i * 7919) % 255) / 255)
const contenders = await Promise.all(
  PRECISIONS.map(async (precision) => {
    const onnx = exportDetector(spec, weights, { classNames, height: side, width: side, precision })
    return { precision, sizeBytes: onnx.byteLength, detector: await openDetector(onnx), timesMs: [] as number[] }
  }),
)
for (let round = -5; round < Number(args.runs); round++) {
  for (const { detector, timesMs } of contenders) {
    const started = performance.now()
    await detector.run(images)
    if (round >= 0) timesMs.push(performance.now() - started)
  }
}
for (const { precision, sizeBytes, detector, timesMs } of contenders) {
  const { metrics } = await evaluateDetector(detector, dataset)
  const medianMs = timesMs.toSorted((a, b) => a - b)[timesMs.length >> 1]!
  const score = `mAP50 ${metrics.map50.toFixed(4)}, mAP50-95 ${metrics.map50_95.toFixed(4)}`
  console.log(`${precision}: ${(sizeBytes / 1e6).toFixed(1)} MB, ${score}, network ${medianMs.toFixed(1)} ms`)
  await detector[Symbol.asyncDispose]()
}
console.log(`${dataset.images.length} images at ${side} px`)
