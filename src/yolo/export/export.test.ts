import { expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { initialWeights, modelSpec } from '../model/spec.ts'
import { candidates } from '../predict/candidates.ts'
import { openDetector } from '../runtime/detector-session.ts'
import { exportOnnx } from './export.ts'
import { describeOnnx } from '../runtime/model-file.ts'
import { openSession, type Values } from '../runtime/session.ts'

const spec = modelSpec('n', 2)
const weights = initialWeights(spec, seededRandom(3))
const made = { height: 64, width: 96, metadata: { imgsz: '[64, 96]' } }
const dynamic = exportOnnx(spec, weights, { ...made, dynamic: true })
const random = seededRandom(4)

function imagesOf(batch: number, height: number, width: number): Values {
  const data = Float32Array.from({ length: batch * 3 * height * width }, () => random.next())
  return { data, shape: [batch, 3, height, width] }
}

async function outputOf(onnx: Uint8Array, images: Values): Promise<Values> {
  await using session = await openSession(onnx, { threads: 1 })
  return (await session.run(new Map([['images', images]]))).get('output0')!
}

test('a dynamic file leaves batch, height and width open', () => {
  const { inputs, outputs } = describeOnnx(dynamic)
  expect(inputs).toEqual([{ name: 'images', shape: [null, 3, null, null] }])
  expect(outputs).toEqual([{ name: 'output0', shape: [null, 6, null] }])
})

test.each([
  [1, 64, 96],
  [3, 32, 64],
  [2, 96, 32],
])('a dynamic file computes what the file made for %i images of %i x %i px does', async (batch, height, width) => {
  const images = imagesOf(batch, height, width)
  const fixed = exportOnnx(spec, weights, { height, width, batch, metadata: {} })
  const [expected, actual] = [await outputOf(fixed, images), await outputOf(dynamic, images)]
  expect(actual.shape).toEqual([batch, 6, (height / 8) * (width / 8) * (1 + 1 / 4 + 1 / 16)])
  expect(expected.shape).toEqual(actual.shape)
  const worst = actual.data.reduce((high, value, i) => Math.max(high, Math.abs(value - expected.data[i]!)), 0)
  expect(worst).toBeLessThan(1e-3)
})

test('a detector opened from a dynamic file has the size that its metadata names, and takes others', async () => {
  await using session = await openDetector(dynamic, { threads: 1 })
  const { batch, height, width, anySize } = session
  expect({ batch, height, width, anySize }).toEqual({ batch: 1, height: 64, width: 96, anySize: true })
  const images = imagesOf(2, 32, 64)
  const { data, shape } = await outputOf(dynamic, images)
  const output = await session.run(images.data, { height: 32, width: 64 })
  const options = { batchIndex: 1, confidence: 0, multiLabel: true }
  const found = candidates(output, options)
  const expected = candidates({ kind: 'boxes', batch: 2, classCount: 2, anchors: shape[2]!, values: data }, options)
  expect(found.boxes).toHaveLength(2 * 42 * 4)
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
  expect(total(found.boxes)).toBeCloseTo(total(expected.boxes), 0)
  expect(total(found.scores)).toBeCloseTo(total(expected.scores), 4)
})
