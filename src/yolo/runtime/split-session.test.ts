import onnxProto from 'onnx-proto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeScene } from '../../data/scenes/write-scene-dataset.ts'
import { renderScene } from '../../data/scenes/render-scene.ts'
import { exportOnnx } from '../export/export.ts'
import { toHalf } from '../export/export-half.ts'
import { toInt8 } from '../export/export-int8.ts'
import { decodeImage } from '../image/decode-image.ts'
import { letterboxPlanes } from '../image/letterbox.ts'
import { decodeDetections } from '../predict/nms.ts'
import { wholeModel } from '../weights/identify.ts'
import { readWeights } from '../weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../weights/weights-file.ts'
import { type DetectorSession, openDetector } from './detector-session.ts'
import type { HeadOutput } from './network-output.ts'
import { splitAtBoxes } from './split-at-boxes.ts'

/** The shipped weights, which find many objects. */
const base = await readWeights(BASE_WEIGHTS_PATH)
const { spec, weights } = wholeModel(base.tensors, base.source)
const SIZE = { height: 160, width: 224 }
const file = exportOnnx(spec, weights, { ...SIZE, metadata: {} })

/** Two different scenes, `[2, 3, 160, 224]`. */
async function twoScenes(): Promise<Float32Array> {
  const images = new Float32Array(2 * 3 * SIZE.height * SIZE.width)
  for (const seed of [3, 4]) {
    const image = await decodeImage(await encodeScene(renderScene({ seed, width: 448, height: 320 }), 95))
    letterboxPlanes(image, SIZE, images, seed - 3)
  }
  return images
}

let images: Float32Array
beforeAll(async () => {
  images = await twoScenes()
})

/** Distances of a cell. */
const distancesAt = ({ levels }: HeadOutput, level: number, cell: number): number[] => {
  return [0, 1, 2, 3].map((side) => levels[level]!.distances.of(cell, side))
}

describe.each([
  ['float', file],
  ['half', toHalf(file)],
  ['8-bit', toInt8(file)],
])('boxes predicted where a class is seen, %s weights', (_name, onnx) => {
  let detector: DetectorSession
  beforeAll(async () => {
    detector = await openDetector(onnx, { threads: 1 })
  })
  afterAll(() => detector[Symbol.asyncDispose]())

  test('are those of a prediction of all boxes, for each image of a batch', async () => {
    const all = (await detector.run(images, SIZE)) as HeadOutput
    const some = (await detector.run(images, SIZE, { confidence: 0.3 })) as HeadOutput
    const least = Math.log(0.3 / 0.7)
    let [compared, largest] = [0, 0]
    const seenIn = new Set<number>()
    for (const [level, { classes, height, width, hits, distances }] of some.levels.entries()) {
      const cells = height * width
      // Rows of cells, not maps: only then has anything been left out.
      expect(distances.kind).toBe('rows')
      expect(classes).toEqual(all.levels[level]!.classes)
      expect(hits).toEqual([...classes.keys()].filter((i) => classes[i]! >= least))
      for (const index of hits!) {
        const image = Math.trunc(index / (spec.classCount * cells))
        const cell = image * cells + (index % cells)
        seenIn.add(image)
        const [expected, actual] = [distancesAt(all, level, cell), distancesAt(some, level, cell)]
        for (const [i, value] of expected.entries()) largest = Math.max(largest, Math.abs(value - actual[i]!))
        compared++
      }
    }
    expect(compared).toBeGreaterThan(20)
    expect(seenIn).toEqual(new Set([0, 1]))
    // In cells; the same sums in another order.
    expect(largest).toBeLessThan(1e-4)
  })
})

describe('what a run predicts', () => {
  let detector: DetectorSession
  beforeAll(async () => {
    detector = await openDetector(file, { threads: 1 })
  })
  afterAll(() => detector[Symbol.asyncDispose]())

  test('is all boxes when a class is seen in half of the cells', async () => {
    const output = (await detector.run(images, SIZE, { confidence: 1e-9 })) as HeadOutput
    expect(output.levels.map(({ distances }) => distances.kind)).toEqual(['planes', 'planes', 'planes'])
    expect(decodeDetections(output, { confidence: 0.3, iou: 0.6, maxDetections: 100 })).toEqual(
      decodeDetections(await detector.run(images, SIZE), { confidence: 0.3, iou: 0.6, maxDetections: 100 }),
    )
  })

  test('is nothing where nothing is seen, and memory of a run can be used again', async () => {
    const into = await detector.run(images, SIZE, { confidence: 0.3 })
    const before = decodeDetections(into, { confidence: 0.3, iou: 0.6, maxDetections: 100 })
    const black = new Float32Array(images.length)
    const empty = (await detector.run(black, SIZE, { confidence: 0.99, into })) as HeadOutput
    expect(empty.levels.map(({ distances: { values }, hits }) => [values.length, hits])).toEqual([
      [0, []],
      [0, []],
      [0, []],
    ])
    expect(decodeDetections(empty, { confidence: 0.99, iou: 0.6, maxDetections: 100 })).toEqual([])
    expect(empty.levels[0]!.classes).toBe((into as HeadOutput).levels[0]!.classes)
    const again = await detector.run(images, SIZE, { confidence: 0.3, into: empty })
    expect(before.length).toBeGreaterThan(3)
    expect(decodeDetections(again, { confidence: 0.3, iou: 0.6, maxDetections: 100 })).toEqual(before)
  })

  test('cannot be asked for less confident boxes', async () => {
    const output = await detector.run(images, SIZE, { confidence: 0.5 })
    expect(() => decodeDetections(output, { confidence: 0.4, iou: 0.6, maxDetections: 100 })).toThrow(
      'boxes below 0.5 were not predicted, and 0.4 is asked for',
    )
  })
})

/** The file with one node changed. */
function changed(change: (node: { opType?: string | null; attribute?: { name?: string | null }[] | null }) => void) {
  const model = onnxProto.onnx.ModelProto.decode(file)
  const last = model.graph!.node!.find(({ output }) => output?.[0] === 'stride16.distances')!
  change(last as Parameters<typeof change>[0])
  return onnxProto.onnx.ModelProto.encode(model).finish()
}

test('a file with other branches is not split', () => {
  expect(splitAtBoxes(file)?.channels).toEqual([64, 128, 256])
  expect(splitAtBoxes(changed((node) => (node.opType = 'ConvTranspose')))).toBeUndefined()
  expect(
    splitAtBoxes(changed(({ attribute }) => (attribute!.find(({ name }) => name === 'strides')!.name = 'auto_pad'))),
  ).toBeUndefined()
})

test('a file whose branches are written another way predicts all boxes, at any size', async () => {
  // The product of a value and its sigmoid, the other way round.
  const model = onnxProto.onnx.ModelProto.decode(file)
  for (const node of model.graph!.node!) if (node.opType === 'Mul') node.input = node.input!.toReversed()
  const swapped = onnxProto.onnx.ModelProto.encode(model).finish()
  expect(splitAtBoxes(swapped)).toBeUndefined()
  await using detector = await openDetector(swapped, { threads: 1 })
  await using same = await openDetector(file, { threads: 1 })
  const size = { height: 32, width: 64 }
  const image = images.subarray(0, 3 * size.height * size.width)
  const first = await detector.run(image, size, { confidence: 0.3 })
  const output = (await detector.run(image, size, { confidence: 0.3, into: first })) as HeadOutput
  const expected = (await same.run(image, size)) as HeadOutput
  expect(output.confidence).toBe(0)
  for (const [i, { distances }] of output.levels.entries()) {
    const values = expected.levels[i]!.distances.values
    expect(distances.values).toHaveLength(values.length)
    distances.values.forEach((value, at) => expect(value).toBeCloseTo(values[at]!, 4))
  }
})
