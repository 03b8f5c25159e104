import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { compiledKernel } from '../../../../tools/wasm.ts'
import { seededRandom } from '../../../core/random.ts'
import { moveAverage, moveByAdam, moveBySgd, sumOfSquares } from './move-weights.ts'

test('the kernel is the one of its source', async () => {
  const compiled = await readFile(new URL('move-weights-wasm.ts', import.meta.url), 'utf8')
  expect(compiled).toBe(await compiledKernel('yolo/train/update/move-weights'))
})

const random = seededRandom(3)
const values = (length: number): Float32Array => Float32Array.from({ length }, () => random.range(-1, 1))

// Rests of four, and of a chunk of 4,096.
test.each([1, 3, 4, 4095, 4096, 4101, 9000])('%i values move as the formulas say', (length) => {
  const [w, g, first] = [values(length), values(length), values(length)]
  const second = values(length).map(Math.abs)
  const near = (actual: Float32Array, expected: (i: number) => number): void => {
    actual.forEach((value, i) => expect(Math.abs(value - expected(i))).toBeLessThan(1e-6))
  }
  expect(sumOfSquares(w)).toBeCloseTo(
    w.reduce((sum, value) => sum + value * value, 0),
    9,
  )

  const mean = first.slice()
  moveAverage(mean, w, 0.75)
  near(mean, (i) => 0.75 * first[i]! + 0.25 * w[i]!)

  const [weight, velocity] = [w.slice(), first.slice()]
  moveBySgd(weight, velocity, g, { rate: 0.5, momentum: 0.9, decay: 0.1 })
  const decayed = (i: number): number => g[i]! + 0.1 * w[i]!
  near(velocity, (i) => 0.9 * first[i]! + decayed(i))
  near(weight, (i) => w[i]! - 0.5 * (decayed(i) + 0.9 * (0.9 * first[i]! + decayed(i))))

  const [moved, m, v] = [w.slice(), first.slice(), second.slice()]
  moveByAdam(moved, m, v, g, { beta1: 0.9, beta2: 0.99, size: 0.01, epsilon: 0.1, shrink: 0.5 })
  near(m, (i) => 0.9 * first[i]! + 0.1 * g[i]!)
  near(v, (i) => 0.99 * second[i]! + 0.01 * g[i]! ** 2)
  near(
    moved,
    (i) =>
      0.5 * w[i]! - (0.01 * (0.9 * first[i]! + 0.1 * g[i]!)) / (Math.sqrt(0.99 * second[i]! + 0.01 * g[i]! ** 2) + 0.1),
  )
})

test('small squares beside many large ones are not lost', () => {
  const many = new Float32Array(20_001).fill(1)
  many[20_000] = 2 ** -11
  expect(sumOfSquares(many)).toBe(20_000 + 2 ** -22)
})
