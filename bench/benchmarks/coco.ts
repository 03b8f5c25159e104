import { createWriteStream } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { seededRandom } from '../../src/core/random.ts'
import { type Detection, evaluateDetections, type GroundTruthImage } from '../../src/yolo/eval/coco-ap.ts'
import type { Benchmark, Contender } from '../harness.ts'
import { pythonPeer } from '../python-peer.ts'

const IMAGES = 5000
const DETECTIONS = 100
const CLASSES = 80
/** As many as COCO's val2017 has on average. */
const BOXES = 7

interface Set {
  readonly truth: GroundTruthImage[]
  readonly found: { id: string; detections: Detection[] }[]
}

/** Random boxes; a third of the detections are shifted copies of true boxes. */
function randomSet(): Set {
  const random = seededRandom(1)
  const round = (value: number): number => Math.round(value * 8) / 8
  const randomBox = (): [number, number, number, number] => {
    const [w, h] = [Math.exp(random.range(2, 5.5)), Math.exp(random.range(2, 5.5))]
    const [x, y] = [random.range(0, 640 - w), random.range(0, 640 - h)]
    return [round(x), round(y), round(x + w), round(y + h)]
  }
  const truth: GroundTruthImage[] = []
  const found: Set['found'] = []
  for (let i = 0; i < IMAGES; i++) {
    const boxes = Array.from({ length: BOXES }, randomBox)
    const classes = boxes.map(() => random.int(CLASSES))
    truth.push({ id: String(i), boxesXyxyPx: Float32Array.from(boxes.flat()), classes: Int32Array.from(classes) })
    const detections = Array.from({ length: DETECTIONS }, (_, d): Detection => {
      const m = random.int(BOXES)
      const near = d < DETECTIONS / 3
      const shift = (side: number): number => round(side + random.normal() * 4)
      const [x1, y1, x2, y2] = near ? boxes[m]!.map(shift) : randomBox()
      const box: Detection['box'] = [x1!, y1!, Math.max(x1! + 1, x2!), Math.max(y1! + 1, y2!)]
      const classId = near ? classes[m]! : random.int(CLASSES)
      return { classId, confidence: Math.round(random.next() * 1e6) / 1e6, box }
    })
    found.push({ id: String(i), detections })
  }
  return { truth, found }
}

/** Writes the set as COCO files for the peers. */
async function writeCoco({ truth, found }: Set): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-bench-coco-'))
  const [truthPath, foundPath] = [join(folder, 'truth.json'), join(folder, 'found.json')]
  const wh = ([x1, y1, x2, y2]: ArrayLike<number> & Iterable<number>): number[] => [x1!, y1!, x2! - x1!, y2! - y1!]
  let id = 0
  const annotations = truth.flatMap(({ boxesXyxyPx, classes }, i) =>
    Array.from(classes, (k, m) => {
      const bbox = wh(boxesXyxyPx.subarray(m * 4, m * 4 + 4))
      return { id: ++id, image_id: i + 1, category_id: k + 1, bbox, area: bbox[2]! * bbox[3]!, iscrowd: 0 }
    }),
  )
  const images = truth.map((_, i) => ({ id: i + 1, width: 640, height: 640 }))
  const categories = Array.from({ length: CLASSES }, (_, k) => ({ id: k + 1, name: `class ${k}` }))
  await pipeline(Readable.from([JSON.stringify({ images, annotations, categories })]), createWriteStream(truthPath))
  await pipeline(
    Readable.from(
      (function* lines() {
        yield '['
        for (const [i, { detections }] of found.entries()) {
          const results = detections.map(({ classId, confidence, box }) =>
            JSON.stringify({ image_id: i + 1, category_id: classId + 1, bbox: wh([...box]), score: confidence }),
          )
          yield `${i === 0 ? '' : ','}${results.join(',')}`
        }
        yield ']'
      })(),
    ),
    createWriteStream(foundPath),
  )
  return [truthPath, foundPath]
}

export async function prepare(version: string): Promise<Benchmark> {
  const set = randomSet()
  const paths = await writeCoco(set)
  const ours: Contender = {
    name: 'skyloop',
    version,
    sample: async () => {
      const started = performance.now()
      const { map50_95 } = evaluateDetections(set.truth, set.found, CLASSES)
      const seconds = (performance.now() - started) / 1000
      if (!(map50_95 > 0 && map50_95 < 1)) throw new Error(`implausible mAP ${map50_95}`)
      return seconds
    },
  }
  const peers = await Promise.all(
    ['pycocotools', 'faster-coco-eval'].map((name) => pythonPeer(name, 'coco.py', [name, ...paths])),
  )
  return {
    name: 'coco',
    unit: 's',
    higherIsBetter: false,
    what: `COCO metrics of ${IMAGES} images x ${DETECTIONS} detections, ${CLASSES} classes; reading files not counted, for peers indexing neither`,
    samples: 3,
    warmUp: 0,
    ours,
    peers: peers.filter((peer) => peer !== undefined),
  }
}
