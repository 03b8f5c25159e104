import { expect, test } from 'vitest'
import { seededRandom } from '../../../core/random.ts'
import { initialWeights, modelSpec } from '../../model/spec.ts'
import { createTrainStep } from '../../runtime/train-step.ts'
import type { Batch } from '../../runtime/train-step.ts'
import { addGradients, emptyGradientSum, takeGradients } from './gradient-sum.ts'

test('gradients are joined by what each loss was divided by', () => {
  const sum = emptyGradientSum()
  addGradients(sum, new Map([['a', Float32Array.of(1, 2)]]), 3)
  // Divided by 1, the sum of its target probabilities being less.
  addGradients(sum, new Map([['a', Float32Array.of(5, -4)]]), 0.5)
  expect(sum).toMatchObject({ batches: 2, targetSum: 3.5 })
  // 2 batches · (3 · 1 + 1 · 5) ÷ 3.5, and 2 · (3 · 2 − 4) ÷ 3.5.
  const joined = takeGradients(sum).get('a')!
  expect(joined[0]).toBeCloseTo((2 * 8) / 3.5, 6)
  expect(joined[1]).toBeCloseTo((2 * 2) / 3.5, 6)
  expect(sum).toEqual(emptyGradientSum())
})

test('two batches give the gradients of one batch of all their images', async () => {
  const [B, SIZE] = [2, 64]
  const spec = modelSpec('n', 2)
  const weights = initialWeights(spec, seededRandom(4))
  const random = seededRandom(5)
  const images = Float32Array.from({ length: B * 3 * SIZE * SIZE }, () => random.next())
  // The same pictures with other boxes: batch norms see the same mean and variance in all three batches.
  const crowded = boxes([8, 8, 56, 56, 20, 4, 60, 30, 4, 30, 40, 60, 30, 30, 50, 50], [1, 1, 1, 1])
  const sparse = boxes([30, 10, 60, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0])
  const size = { height: SIZE, width: SIZE, threads: 1 }
  await using small = await createTrainStep({ spec, batch: B, ...size })
  await using large = await createTrainStep({ spec, batch: 2 * B, ...size })

  const sum = emptyGradientSum()
  const sums: number[] = []
  for (const batch of [crowded, sparse]) {
    const { gradients, targetSum } = await small.run(weights, { images, ...batch })
    addGradients(sum, gradients, targetSum)
    sums.push(targetSum)
  }
  const whole = await large.run(weights, {
    images: joined(images, images),
    boxesXyxyPx: joined(crowded.boxesXyxyPx, sparse.boxesXyxyPx),
    classes: Int32Array.of(...crowded.classes, ...sparse.classes),
    mask: joined(crowded.mask, sparse.mask),
  })
  // Otherwise a plain mean of the two would pass as well.
  expect(Math.max(...sums) / Math.min(...sums)).toBeGreaterThan(1.5)
  expect(whole.targetSum).toBeCloseTo(sums[0]! + sums[1]!, 3)
  const [dot, one, other] = products(takeGradients(sum), whole.gradients)
  expect(dot / Math.sqrt(one * other)).toBeGreaterThan(0.999999)
  expect(Math.sqrt(one / other)).toBeCloseTo(1, 4)
}, 60_000)

function boxes(sides: readonly number[], mask: readonly number[]): Omit<Batch, 'images'> {
  return { boxesXyxyPx: Float32Array.from(sides), classes: Int32Array.of(0, 1, 1, 0), mask: Float32Array.from(mask) }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  return Float32Array.of(...a, ...b)
}

/** a·b, a·a and b·b over all tensors. */
function products(
  a: ReadonlyMap<string, Float32Array>,
  b: ReadonlyMap<string, Float32Array>,
): [number, number, number] {
  const out: [number, number, number] = [0, 0, 0]
  for (const [name, left] of a) {
    left.forEach((value, i) => {
      const right = b.get(name)![i]!
      out[0] += value * right
      out[1] += value * value
      out[2] += right * right
    })
  }
  return out
}
