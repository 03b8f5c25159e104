import onnxProto from 'onnx-proto'
import { beforeAll, describe, expect, test } from 'vitest'
import { renderScene } from '../../data/scenes/render-scene.ts'
import { decodeDetections } from '../predict/nms.ts'
import { writePlanes } from '../image/letterbox.ts'
import { wholeModel } from '../weights/identify.ts'
import { readWeights } from '../weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../weights/weights-file.ts'
import { parseClassNames } from '../runtime/class-names.ts'
import { openDetector } from '../runtime/detector-session.ts'
import { exportOnnx } from './export.ts'
import { exportMetadata } from './export-metadata.ts'
import { toHalf } from './export-half.ts'
import { quantiseChannels, toInt8 } from './export-int8.ts'
import { withNms } from './export-nms.ts'
import type { HeadOutput } from '../runtime/network-output.ts'
import { openSession, type Values } from '../runtime/session.ts'

const SIDE = 192
const ANCHORS = 24 ** 2 + 12 ** 2 + 6 ** 2
const BATCH = 2
/** The shipped weights on rendered scenes: detections as they are in use. */
const base = await readWeights(BASE_WEIGHTS_PATH)
const { spec, weights } = wholeModel(base.tensors, base.source)
const size = {
  height: SIDE,
  width: SIDE,
  metadata: exportMetadata({ scale: 'n', classNames: base.classNames!, height: SIDE, width: SIDE }),
}
const plain = exportOnnx(spec, weights, size)
const ROWS = 4 + spec.classCount
const images = new Float32Array(BATCH * 3 * SIDE * SIDE)
for (const [i, seed] of [3, 8].entries()) writePlanes(renderScene({ seed, width: SIDE, height: SIDE }), images, i)

async function answer(onnx: Uint8Array, batch = 1): Promise<Values> {
  await using session = await openSession(onnx, { threads: 1 })
  const feed = { data: images.subarray(0, batch * 3 * SIDE * SIDE), shape: [batch, 3, SIDE, SIDE] }
  return (await session.run(new Map([['images', feed]]))).get('output0')!
}

const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((high, value, i) => Math.max(high, Math.abs(value - b[i]!)), 0)
const dataTypes = (onnx: Uint8Array): Map<string, number> =>
  new Map(
    onnxProto.onnx.ModelProto.decode(onnx).graph?.initializer?.map(({ name, dataType }) => [name ?? '', dataType ?? 0]),
  )

/** Boxes of the anchors at which the float network is sure of a car. */
const seen = (output: Float32Array): Float32Array => {
  const anchors = Array.from({ length: ANCHORS }, (_, a) => a).filter((a) => expected.data[4 * ANCHORS + a]! > 0.25)
  expect(anchors.length).toBeGreaterThan(3)
  return Float32Array.from([0, 1, 2, 3].flatMap((row) => anchors.map((a) => output[row * ANCHORS + a]!)))
}

let expected: Values
beforeAll(async () => {
  expected = await answer(plain)
})

describe('half precision', () => {
  const half = toHalf(plain)

  test('halves the file and keeps images and boxes in float32', async () => {
    expect(half.byteLength / plain.byteLength).toBeLessThan(0.52)
    expect(dataTypes(half).get('model.0.weight_f16')).toBe(10)
    expect(dataTypes(half).has('model.0.weight')).toBe(false)
    const { data, shape } = await answer(half)
    expect(shape).toEqual([1, ROWS, ANCHORS])
    // A half has 11 bits: what is seen moves by less than half a pixel, and not by nothing.
    const apart = largest(seen(data), seen(expected.data))
    expect(apart).toBeGreaterThan(0)
    expect(apart).toBeLessThan(0.5)
    expect(largest(data.subarray(4 * ANCHORS), expected.data.subarray(4 * ANCHORS))).toBeLessThan(0.01)
  })

  test('refuses a weight that no half can hold, by name', () => {
    const bias = weights.get('model.23.cv2.0.2.bias')!.with(3, 70_000)
    const onnx = exportOnnx(spec, new Map([...weights, ['model.23.cv2.0.2.bias', bias]]), size)
    expect(() => toHalf(onnx)).toThrow('"model.23.cv2.0.2.bias" has the value 70000')
  })
})

test.each([
  ['halves', toHalf],
  ['8-bit weights', toInt8],
])('a file of %s is a detector as any other', async (_name, transform) => {
  await using detector = await openDetector(transform(plain), { threads: 1 })
  await using float = await openDetector(plain, { threads: 1 })
  expect([detector.classNames, detector.anySize]).toEqual([base.classNames, true])
  const image = images.subarray(0, 3 * SIDE * SIDE)
  const found = (await detector.run(image)) as HeadOutput
  const same = (await float.run(image)) as HeadOutput
  expect(found.levels.map(({ height }) => height)).toEqual([24, 12, 6])
  const apart = largest(found.levels[0]!.classes, same.levels[0]!.classes)
  expect(apart).toBeGreaterThan(0)
  expect(apart).toBeLessThan(1)
})

describe('8-bit weights', () => {
  test('each channel has its own scale: its greatest magnitude is 127', () => {
    const { values, scales } = quantiseChannels(Float32Array.of(127, -63.4, 1, 0.5, -1, 0.25, 0, 0, 0), 3)
    expect(Array.from(values)).toEqual([127, -63, 1, 64, -127, 32, 0, 0, 0])
    expect(Array.from(scales)).toEqual([1, Math.fround(1 / 127), 1])
  })

  test('quarter the file; the network answers as one whose weights are rounded so', async () => {
    const int8 = toInt8(plain)
    expect(int8.byteLength / plain.byteLength).toBeLessThan(0.27)
    const types = dataTypes(int8)
    expect(types.get('model.0.weight_int8')).toBe(3)
    const { data, shape } = await answer(int8)
    expect(shape).toEqual([1, ROWS, ANCHORS])
    const rounded = onnxProto.onnx.ModelProto.decode(plain)
    for (const tensor of rounded.graph?.initializer ?? []) {
      if (!types.has(`${tensor.name}_int8`)) continue
      const channels = Number(tensor.dims![0])
      const { values, scales } = quantiseChannels(new Float32Array(Uint8Array.from(tensor.rawData!).buffer), channels)
      const wide = Float32Array.from(values, (value, i) => value * scales[Math.trunc(i / (values.length / channels))]!)
      tensor.rawData = new Uint8Array(wide.buffer)
    }
    const same = await answer(onnxProto.onnx.ModelProto.encode(rounded).finish())
    expect(largest(data, same.data)).toBeLessThan(1e-3)
    expect(largest(data, expected.data)).toBeGreaterThan(1e-3)
  })
})

test('the halves of a file of open size answer at each size as a file of that size', async () => {
  const open = exportOnnx(spec, weights, { ...size, dynamic: true })
  await using session = await openSession(toHalf(open), { threads: 1 })
  const feeds = new Map([['images', { data: images.subarray(0, 2 * 3 * 96 * 64), shape: [2, 3, 96, 64] }]])
  const fixed = toHalf(exportOnnx(spec, weights, { ...size, batch: 2, height: 96, width: 64 }))
  await using other = await openSession(fixed, { threads: 1 })
  const [ours, same] = [(await session.run(feeds)).get('output0')!, (await other.run(feeds)).get('output0')!]
  expect(ours.shape).toEqual(same.shape)
  expect(largest(ours.data, same.data)).toBeLessThan(1e-3)
  expect((await answer(withNms(open, { maxDetections: 30 }), 2)).shape).toEqual([2, 30, 6])
})

describe('built-in suppression', () => {
  const options = { confidence: 0.3, iou: 0.5, maxDetections: 40 }
  const decoded = (values: Float32Array, batch: number, batchIndex: number) =>
    decodeDetections(
      { kind: 'boxes', batch, classCount: spec.classCount, anchors: ANCHORS, values },
      { ...options, batchIndex },
    )

  test.each([
    ['float', (onnx: Uint8Array) => onnx],
    ['half', toHalf],
  ])('%s: finds what prediction finds, best first, zeros after the last', async (_name, transform) => {
    const base = transform(plain)
    const { data, shape } = await answer(withNms(base, options))
    expect(shape).toEqual([1, 40, 6])
    const rows = Array.from({ length: 40 }, (_, i) => Array.from(data.subarray(i * 6, i * 6 + 6)))
    const found = decoded((await answer(base)).data, 1, 0)
    expect(found.length).toBeGreaterThan(3)
    expect(found.length).toBeLessThan(40)
    found.forEach(({ box, confidence, classId }, i) => {
      const row = [...box, confidence, classId]
      row.forEach((value, column) => expect(rows[i]![column]).toBeCloseTo(value, 3))
    })
    expect(
      rows
        .slice(found.length)
        .flat()
        .every((value) => value === 0),
    ).toBe(true)
  })

  test('each image of a batch has its own detections', async () => {
    const onnx = exportOnnx(spec, weights, { ...size, batch: BATCH })
    const { data } = await answer(withNms(onnx, options), 2)
    const raw = (await answer(onnx, 2)).data
    for (const image of [0, 1]) {
      const found = decoded(raw, 2, image)
      const confidences = Array.from({ length: 40 }, (_, i) => data[(image * 40 + i) * 6 + 4]!).filter((c) => c > 0)
      expect(confidences).toEqual(found.map(({ confidence }) => confidence))
      expect(found.length).toBeGreaterThan(0)
    }
  })

  test('a file made so serves with the thresholds of each request: the suppression inside is left out', async () => {
    await using detector = await openDetector(withNms(plain), { threads: 1 })
    expect([detector.classCount, detector.height, detector.anySize]).toEqual([6, SIDE, true])
    expect((await detector.run(images.subarray(0, 3 * SIDE * SIDE))).kind).toBe('head')
  })

  test('one of another product is refused with what to do', async () => {
    const model = onnxProto.onnx.ModelProto.decode(withNms(plain))
    model.graph!.valueInfo = []
    const foreign = onnxProto.onnx.ModelProto.encode(model).finish()
    await expect(openDetector(foreign)).rejects.toMatchObject({
      code: 'yolo.load',
      message: expect.stringContaining('suppresses overlapping boxes itself (output0 [1, 300, 6])') as string,
      hint: expect.stringContaining('nms=False') as string,
    })
  })
})

describe('metadata', () => {
  test('has the names as a Python dictionary, which is read back whatever the names are', () => {
    const classNames = ["driver's van", 'a "bus"', 'back\\slash', 'café']
    const { names, imgsz, stride } = exportMetadata({ scale: 's', classNames, height: 320, width: 640 })
    expect(names).toBe(`{0: "driver's van", 1: "a \\"bus\\"", 2: "back\\\\slash", 3: "café"}`)
    expect(parseClassNames(names, 4)).toEqual(classNames)
    expect([imgsz, stride]).toEqual(['[320, 640]', '32'])
  })
})
