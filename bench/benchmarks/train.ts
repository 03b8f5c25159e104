import { seededRandom } from '../../src/core/random.ts'
import { initialWeights, modelSpec } from '../../src/yolo/model/spec.ts'
import { createTrainStep } from '../../src/yolo/runtime/train-step.ts'
import type { Benchmark } from '../harness.ts'
import { pythonPeer } from '../python-peer.ts'

const SIDE = 320
const BATCH = 8
const MAX_BOXES = 32
const BOXES = 12
const STEPS = 5

/** Forward and backward of YOLO11n, without decoding and without the optimiser. */
export async function prepare(version: string): Promise<Benchmark> {
  const spec = modelSpec('n', 80)
  const random = seededRandom(1)
  const weights = initialWeights(spec, random)
  const batch = {
    images: Float32Array.from({ length: BATCH * 3 * SIDE * SIDE }, () => random.next()),
    boxesXyxyPx: new Float32Array(BATCH * MAX_BOXES * 4),
    classes: new Int32Array(BATCH * MAX_BOXES),
    mask: new Float32Array(BATCH * MAX_BOXES),
  }
  for (let b = 0; b < BATCH; b++) {
    for (let m = 0; m < BOXES; m++) {
      const row = b * MAX_BOXES + m
      const [x, y, w, h] = [random.range(0, 280), random.range(0, 280), random.range(10, 40), random.range(10, 40)]
      batch.boxesXyxyPx.set([x, y, x + w, y + h], row * 4)
      batch.classes[row] = random.int(80)
      batch.mask[row] = 1
    }
  }
  const step = await createTrainStep({ spec, batch: BATCH, height: SIDE, width: SIDE, maxBoxes: MAX_BOXES })
  const peer = await pythonPeer('ultralytics', 'ultralytics_train.py', [SIDE, BATCH, BOXES, STEPS].map(String))
  return {
    name: 'train',
    unit: 'images/s',
    higherIsBetter: true,
    what: `forward and backward of YOLO11n, batch ${BATCH} at ${SIDE} px, ${BOXES} boxes an image`,
    samples: 6,
    warmUp: 1,
    ours: {
      name: 'skyloop',
      version,
      sample: async () => {
        const started = performance.now()
        for (let i = 0; i < STEPS; i++) await step.run(weights, batch)
        return (STEPS * BATCH * 1000) / (performance.now() - started)
      },
      close: async () => step[Symbol.asyncDispose](),
    },
    peers: peer ? [peer] : [],
  }
}
