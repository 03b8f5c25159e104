import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../src/core/random.ts'
import { encodeScene } from '../../src/data/scenes/write-scene-dataset.ts'
import { renderScene } from '../../src/data/scenes/render-scene.ts'
import { initialWeights, modelSpec } from '../../src/yolo/model/spec.ts'
import { predictImage } from '../../src/yolo/predict/predict-image.ts'
import { openDetector } from '../../src/yolo/runtime/detector-session.ts'
import { exportOnnx } from '../../src/yolo/runtime/export.ts'
import type { Benchmark } from '../harness.ts'
import { pythonPeer } from '../python-peer.ts'

const SIDE = 640
const IMAGES = 8

/** From JPEG files of 960x540 px to boxes, YOLO11n at 640 px: decode, letterbox, network, suppression. */
export async function prepare(version: string): Promise<Benchmark> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-bench-predict-'))
  const spec = modelSpec('n', 80)
  // Weights do not change the time of the network; an untrained one reports nothing, which costs suppression nothing either.
  const onnx = exportOnnx(spec, initialWeights(spec, seededRandom(1)), {
    height: SIDE,
    width: SIDE,
    metadata: { task: 'detect', stride: '32', batch: '1', imgsz: `[${SIDE}, ${SIDE}]`, names: pythonNames(80) },
  })
  const modelPath = join(folder, 'model.onnx')
  await writeFile(modelPath, onnx)
  const paths: string[] = []
  for (let seed = 0; seed < IMAGES; seed++) {
    const path = join(folder, `${seed}.jpg`)
    await writeFile(path, await encodeScene(renderScene({ seed, width: 960, height: 540 }), 90))
    paths.push(path)
  }
  const session = await openDetector(onnx)
  const peer = await pythonPeer('ultralytics', 'ultralytics_predict.py', [modelPath, String(SIDE), ...paths])
  return {
    name: 'predict',
    unit: 'ms',
    higherIsBetter: false,
    what: `file to boxes, 960x540 px JPEG, YOLO11n at ${SIDE} px, mean of ${IMAGES} images one after the other`,
    samples: 10,
    warmUp: 2,
    ours: {
      name: 'skyloop',
      version,
      sample: async () => {
        const started = performance.now()
        for (const path of paths) await predictImage(session, path, { tiling: null })
        return (performance.now() - started) / IMAGES
      },
      close: async () => session[Symbol.asyncDispose](),
    },
    peers: peer ? [peer] : [],
  }
}

/** Class names as the peer reads them. */
function pythonNames(count: number): string {
  return `{${Array.from({ length: count }, (_, i) => `${i}: 'class${i}'`).join(', ')}}`
}
