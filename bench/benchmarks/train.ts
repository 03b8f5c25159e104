import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '../../src/core/random.ts'
import { writeSceneDataset } from '../../src/data/scenes/write-scene-dataset.ts'
import { initialWeights, modelSpec } from '../../src/yolo/model/spec.ts'
import { createTrainStep } from '../../src/yolo/runtime/train-step.ts'
import type { Benchmark } from '../harness.ts'
import { lineContender } from '../line-contender.ts'
import { pythonPeer } from '../python-peer.ts'

const BATCH = 8
const PEER = 'ultralytics'

/** Images of an epoch, by H and W of the network's input in pixels. */
const IMAGES = { 320: 128, 640: 48 } as const
type Side = keyof typeof IMAGES

/** Boxes of an image of the bare step, and how many fit. */
const BOXES = 12
const MAX_BOXES = 32

export const prepare = [
  (version: string) => prepareTraining(version, 320),
  (version: string) => prepareTraining(version, 640),
  (version: string) => prepareStep(version, 320),
  (version: string) => prepareStep(version, 640),
]

/** A training of YOLO11n as a person starts it. */
async function prepareTraining(version: string, side: Side): Promise<Benchmark> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-bench-data-'))
  const scenes = { framesPerFlight: 8, width: side, height: side }
  const { classes } = await writeSceneDataset(folder, { ...scenes, flights: IMAGES[side] / 8, split: 'train' })
  // The peer wants validation images, whether it uses them or not.
  await writeSceneDataset(folder, { ...scenes, flights: 1, split: 'val', firstFlight: 1000 })
  const names = classes.map((name, k) => `  ${k}: ${name}`)
  await writeFile(
    join(folder, 'data.yaml'),
    [`path: ${folder}`, 'train: train/images', 'val: val/images', 'names:', ...names, ''].join('\n'),
  )
  const program = fileURLToPath(new URL('../train-loop.ts', import.meta.url))
  const ours = await lineContender('skyloop', spawn(process.execPath, [program, folder, `${side}`, `${BATCH}`]))
  const peer = await pythonPeer(PEER, 'ultralytics_train_loop.py', [
    join(folder, 'data.yaml'),
    String(side),
    String(BATCH),
  ])
  return {
    name: side === 320 ? 'train' : `train at ${side} px`,
    unit: 'images/s',
    higherIsBetter: true,
    what: `training of YOLO11n from files, ${IMAGES[side]} images an epoch, batch ${BATCH} at ${side} px, AdamW, mosaics`,
    samples: 9,
    warmUp: 1,
    ours: {
      ...ours,
      version,
      close: async () => {
        await ours.close?.()
        await rm(folder, { recursive: true })
      },
    },
    peers: peer ? [peer] : [],
  }
}

/** Forward and backward of YOLO11n alone. */
async function prepareStep(version: string, side: Side): Promise<Benchmark> {
  const spec = modelSpec('n', 80)
  const random = seededRandom(1)
  const weights = initialWeights(spec, random)
  const batch = {
    images: Float32Array.from({ length: BATCH * 3 * side * side }, () => random.next()),
    boxesXyxyPx: new Float32Array(BATCH * MAX_BOXES * 4),
    classes: new Int32Array(BATCH * MAX_BOXES),
    mask: new Float32Array(BATCH * MAX_BOXES),
  }
  for (let b = 0; b < BATCH; b++) {
    for (let m = 0; m < BOXES; m++) {
      const row = b * MAX_BOXES + m
      const [x, y, w, h] = [
        random.range(0, side - 40),
        random.range(0, side - 40),
        random.range(10, 40),
        random.range(10, 40),
      ]
      batch.boxesXyxyPx.set([x, y, x + w, y + h], row * 4)
      batch.classes[row] = random.int(80)
      batch.mask[row] = 1
    }
  }
  const steps = side === 320 ? 5 : 2
  const step = await createTrainStep({ spec, batch: BATCH, height: side, width: side })
  const peer = await pythonPeer(PEER, 'ultralytics_train.py', [side, BATCH, BOXES, steps].map(String))
  return {
    name: `train, bare step at ${side} px`,
    unit: 'images/s',
    higherIsBetter: true,
    what: `forward and backward alone of YOLO11n, batch ${BATCH} at ${side} px, ${BOXES} boxes an image`,
    samples: 6,
    warmUp: 1,
    ours: {
      name: 'skyloop',
      version,
      sample: async () => {
        const started = performance.now()
        for (let i = 0; i < steps; i++) await step.run(weights, batch)
        return (steps * BATCH * 1000) / (performance.now() - started)
      },
      close: async () => step[Symbol.asyncDispose](),
    },
    peers: peer ? [peer] : [],
  }
}
