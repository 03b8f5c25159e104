import onnxProto from 'onnx-proto'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { encodeScene } from '../../data/scenes/write-scene-dataset.ts'
import { renderScene } from '../../data/scenes/render-scene.ts'
import { boxIou, type Detection } from '../eval/detections.ts'
import { type DetectorSession, openDetector } from '../runtime/detector-session.ts'
import { exportOnnx } from '../export/export.ts'
import { wholeModel } from '../weights/identify.ts'
import { readWeights } from '../weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../weights/weights-file.ts'
import { predictImage } from './predict-image.ts'

/** The shipped weights, so that boxes and confidences are as in use. */
const base = await readWeights(BASE_WEIGHTS_PATH)
const { spec, weights } = wholeModel(base.tensors, base.source)
const SIDE = 320
const file = exportOnnx(spec, weights, { height: SIDE, width: SIDE, metadata: { names: '{"0":"car"}' } })

/** The same file as other tools leave it: nothing is known of its head, so it runs at its own size only. */
function withoutHead(onnx: Uint8Array): Uint8Array {
  const model = onnxProto.onnx.ModelProto.decode(onnx)
  model.graph!.valueInfo = []
  return onnxProto.onnx.ModelProto.encode(model).finish()
}

const tight = await openDetector(file)
const square = await openDetector(withoutHead(file))
afterAll(async () => {
  await tight[Symbol.asyncDispose]()
  await square[Symbol.asyncDispose]()
})

async function scene(width: number, height: number): Promise<Buffer> {
  return Buffer.from(await encodeScene(renderScene({ seed: 4, width, height }), 90))
}

async function detect(session: DetectorSession, image: Uint8Array, confidence = 0.25): Promise<readonly Detection[]> {
  return (await predictImage(session, image, { tiling: null, confidence })).detections
}

/** How far the sides and confidences of boxes are from those of their partners; each box of `a` needs one in `b`. */
function distance(a: readonly Detection[], b: readonly Detection[]): { sidePx: number; confidence: number } {
  let [sidePx, confidence] = [0, 0]
  for (const one of a) {
    const partner = b
      .filter(({ classId }) => classId === one.classId)
      .toSorted((p, q) => boxIou(one.box, q.box) - boxIou(one.box, p.box))[0]
    expect(partner, `class ${one.classId} at ${one.box.join(' ')}`).toBeDefined()
    sidePx = Math.max(sidePx, ...one.box.map((side, i) => Math.abs(side - partner!.box[i]!)))
    confidence = Math.max(confidence, Math.abs(one.confidence - partner!.confidence))
  }
  return { sidePx, confidence }
}

test('the files tell what they can', () => {
  expect([tight.anySize, tight.width, tight.height]).toEqual([true, SIDE, SIDE])
  expect([square.anySize, square.width, square.height]).toEqual([false, SIDE, SIDE])
})

test('a square image gives the same boxes from the head as from the whole file', async () => {
  const image = await scene(400, 400)
  const [expected, actual] = [await detect(square, image), await detect(tight, image)]
  expect(expected.length).toBeGreaterThan(3)
  expect(actual).toHaveLength(expected.length)
  const { sidePx, confidence } = distance(expected, actual)
  expect(sidePx).toBeLessThan(0.01)
  expect(confidence).toBeLessThan(1e-4)
})

// What the network sees at the image's edges differs: grey pixels in one case, none in the other.
test.each([
  [640, 360],
  [300, 480],
])('an image of %i x %i px gives nearly the same boxes without the grey around it', async (width, height) => {
  const image = await scene(width, height)
  const expected = await detect(square, image, 0.4)
  expect(expected.length).toBeGreaterThan(3)
  const { sidePx, confidence } = distance(expected, await detect(tight, image, 0.3))
  expect(sidePx).toBeLessThan(4)
  expect(confidence).toBeLessThan(0.1)
})

test('16-bit, turned, grey and CMYK files of one picture', async () => {
  const jpeg = await scene(400, 320)
  const upright = await detect(tight, await sharp(jpeg).png().toBuffer())
  expect(upright.length).toBeGreaterThan(10)
  expect(await detect(tight, await sharp(jpeg).toColourspace('rgb16').png().toBuffer())).toEqual(upright)
  const turned = await sharp(jpeg).rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer()
  expect(await detect(tight, turned)).toEqual(upright)

  const { data, info } = await sharp(jpeg).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height }
  const grey = await sharp(data, { raw: { ...raw, channels: 1 } })
    .png()
    .toBuffer()
  const threefold = Buffer.from(Array.from(data).flatMap((value) => [value, value, value]))
  const asRgb = await sharp(threefold, { raw: { ...raw, channels: 3 } })
    .png()
    .toBuffer()
  expect(await detect(tight, grey)).toEqual(await detect(tight, asRgb))

  // Inks reproduce colours only nearly.
  const cmyk = await sharp(jpeg).toColourspace('cmyk').jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
  const sure = upright.filter(({ confidence }) => confidence > 0.5)
  expect(sure.length).toBeGreaterThan(3)
  expect(distance(sure, await detect(tight, cmyk)).confidence).toBeLessThan(0.3)
})

test.each([
  [1, 1],
  [3, 2000],
  [2000, 5],
])('an image of %i x %i px is no trouble, and boxes stay inside', async (width, height) => {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 60 }
  const image = await sharp({ create: { width, height, channels: 3, background: '#000', noise } })
    .png()
    .toBuffer()
  const found = await predictImage(tight, image, { tiling: null, confidence: 0.001 })
  expect([found.width, found.height]).toEqual([width, height])
  for (const { box } of found.detections) {
    expect(Math.min(...box)).toBeGreaterThanOrEqual(0)
    expect([box[2] <= width, box[3] <= height]).toEqual([true, true])
  }
})

test('runs of other images between do not change an answer', async () => {
  const [wide, tall] = [await scene(640, 360), await scene(300, 480)]
  const [first, other] = [await detect(tight, wide), await detect(tight, tall)]
  expect(first).not.toEqual(other)
  const together = await Promise.all([wide, tall, wide, tall].map((image) => detect(tight, image)))
  expect(together).toEqual([first, other, first, other])
})

test('images that are not of a size that the network takes are refused', async () => {
  const images = new Float32Array(3 * 64 * 60)
  await expect(tight.run(images, { width: 64, height: 60 })).rejects.toThrow(
    '64x60 px; the model takes [any, 3, n · 32',
  )
  await expect(square.run(new Float32Array(3 * 64 * 64), { width: 64, height: 64 })).rejects.toThrow('[1, 3, 320, 320]')
})
