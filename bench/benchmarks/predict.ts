import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeScene } from '../../src/data/scenes/write-scene-dataset.ts'
import { renderScene } from '../../src/data/scenes/render-scene.ts'
import { predictImage } from '../../src/yolo/predict/predict-image.ts'
import { predictImages } from '../../src/yolo/predict/predict-images.ts'
import { type DetectorSession, openDetector } from '../../src/yolo/runtime/detector-session.ts'
import { exportDetector } from '../../src/yolo/export/export-detector.ts'
import { wholeModel } from '../../src/yolo/weights/identify.ts'
import { readWeights } from '../../src/yolo/weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../../src/yolo/weights/weights-file.ts'
import type { Benchmark, Contender } from '../harness.ts'
import { pythonPeer } from '../python-peer.ts'

const SIDE = 640
const IMAGES = 8
const [WIDTH, HEIGHT] = [960, 540]

/** First the time of one image after the other, then the share of one when a whole list is handed over. */
export const prepare = [
  (version: string) =>
    comparison(version, 'one', {
      name: 'predict',
      what: `file to boxes, ${WIDTH}x${HEIGHT} px JPEG, YOLO11n at ${SIDE} px, mean of ${IMAGES} images one after the other`,
      sample: async (session, paths) => {
        for (const path of paths) await predictImage(session, path, { tiling: null })
      },
    }),
  (version: string) =>
    comparison(version, 'list', {
      name: 'predict-list',
      what: `the same ${IMAGES} files handed over as a list, time per image`,
      sample: async (session, paths) => {
        for await (const outcome of predictImages(session, paths, { tiling: null })) {
          if ('error' in outcome) throw outcome.error
        }
      },
    }),
]

interface Way {
  readonly name: string
  readonly what: string
  sample(session: DetectorSession, paths: readonly string[]): Promise<void>
}

async function comparison(version: string, mode: 'one' | 'list', way: Way): Promise<Benchmark> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-bench-predict-'))
  const paths = await writeImages(folder)
  const fixed = await writeModel(join(folder, 'fixed.onnx'), false)
  const dynamic = await writeModel(join(folder, 'dynamic.onnx'), true)
  const session = await openDetector(fixed)
  const peer = (name: string, model: string): Promise<Contender | undefined> =>
    pythonPeer(name, 'ultralytics_predict.py', [mode, model, String(SIDE), ...paths])
  const peers = [
    // The same file as ours: of a fixed size, to which Ultralytics fills images up with grey.
    await peer('ultralytics', fixed),
    // The same network as one of its own users exports it.
    await peer('ultralytics-own-file', 'yolo11n.yaml'),
    // Our file of open size: it runs in the smallest rectangle, as ours always does.
    await peer('ultralytics-dynamic', dynamic),
  ]
  return {
    name: way.name,
    unit: 'ms',
    higherIsBetter: false,
    what: way.what,
    samples: 30,
    warmUp: 2,
    ours: {
      name: 'skyloop',
      version,
      sample: async () => {
        const started = performance.now()
        await way.sample(session, paths)
        return (performance.now() - started) / IMAGES
      },
      close: async () => {
        await session[Symbol.asyncDispose]()
        await rm(folder, { recursive: true })
      },
    },
    peers: peers.filter((found) => found !== undefined),
  }
}

async function writeImages(folder: string): Promise<string[]> {
  const paths = Array.from({ length: IMAGES }, (_, seed) => join(folder, `${seed}.jpg`))
  for (const [seed, path] of paths.entries()) {
    await writeFile(path, await encodeScene(renderScene({ seed, width: WIDTH, height: HEIGHT }), 90))
  }
  return paths
}

/**
 * The shipped weights, which find some 80 objects in each of these images: what is done for every box counts, too.
 */
async function writeModel(path: string, dynamic: boolean): Promise<string> {
  const { tensors, source, classNames } = await readWeights(BASE_WEIGHTS_PATH)
  const { spec, weights } = wholeModel(tensors, source)
  const size = { height: SIDE, width: SIDE, dynamic }
  await writeFile(path, exportDetector(spec, weights, { ...size, classNames: classNames ?? [] }))
  return path
}
