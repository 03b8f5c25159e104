import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { evaluateDetections } from '../../src/yolo/eval/coco-ap.ts'
import { evaluateDetector } from '../../src/yolo/eval/evaluate-detector.ts'
import { openDetector } from '../../src/yolo/runtime/detector-session.ts'
import { readClassNames, readDataset } from '../../src/yolo/train/batches/dataset.ts'
import { PEERS_FOLDER } from '../python-peer.ts'

// How far evaluations of the same weights on the same images lie apart: arguments MODEL.onnx DATA, where DATA has
// data.yaml, classes.txt and val/, its images as large as the model's input (bench/accuracy/main.ts --work leaves both).
const [model, data] = process.argv.slice(2)
if (model === undefined || data === undefined) {
  console.error('node bench/accuracy/same-weights.ts MODEL.onnx DATA')
  process.exit(64)
}

interface PeerDetection {
  readonly image_id: string | number
  readonly category_id: number
  readonly score: number
  /** left top width height */
  readonly bbox: readonly [number, number, number, number]
}

const dataset = await readDataset(join(data, 'val'), await readClassNames([data]))
await using session = await openDetector(model)
const ours = await evaluateDetector(session, dataset, { tiling: null })
const folder = await mkdtemp(join(tmpdir(), 'skyloop-same-weights-'))
try {
  const script = fileURLToPath(new URL('../peers/ultralytics_val.py', import.meta.url))
  const args = [script, model, join(data, 'data.yaml'), String(session.width), folder]
  const output = execFileSync(`${PEERS_FOLDER}/bin/python`, args, { encoding: 'utf8' })
  const peer = JSON.parse(output.trim().split('\n').at(-1)!) as {
    version: string
    own: { map50: number; map50_95: number }
  }
  const found = JSON.parse(await readFile(join(folder, 'predictions.json'), 'utf8')) as PeerDetection[]
  const byImage = Map.groupBy(found, ({ image_id }) => String(image_id))
  const theirs = evaluateDetections(
    ours.images.map(({ truth }) => truth),
    ours.images.map(({ name }) => ({
      id: name,
      detections: (byImage.get(parse(basename(name)).name) ?? []).map(({ category_id, score, bbox: [x, y, w, h] }) => ({
        // The library numbers the classes of its files from 1.
        classId: category_id - 1,
        confidence: score,
        box: [x, y, x + w, y + h] as const,
      })),
    })),
    ours.classNames.length,
  )
  console.table({
    'Skyloop finds, Skyloop scores': figures(ours.metrics),
    [`Ultralytics ${peer.version} finds, Skyloop scores`]: figures(theirs),
    [`Ultralytics ${peer.version} finds and scores`]: figures(peer.own),
  })
} finally {
  await rm(folder, { recursive: true, force: true })
}

function figures({ map50, map50_95 }: { readonly map50: number; readonly map50_95: number }) {
  return { mAP50: map50.toFixed(4), 'mAP50-95': map50_95.toFixed(4) }
}
