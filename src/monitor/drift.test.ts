import { expect, test } from 'vitest'
import { adjustDistance, categoricalDistance, numericDistance } from './drift.ts'
import { cdfOf, shareAt, sketchOf } from './kll-sketch.ts'

test('a sketch of few values holds them all', () => {
  expect(sketchOf([3, 1, 2, 2])).toEqual({ parameters: { c: 0.64, k: 2048 }, data: [[1, 2, 2, 3]] })
  expect(cdfOf(sketchOf([3, 1, 2, 2]))).toEqual({ values: [1, 2, 3], share: [0.25, 0.75, 1] })
})

test('a sketch of 20,000 values keeps their weight and their ranks to 1 %', () => {
  const sketch = sketchOf(Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_000))
  const held = sketch.data.reduce((sum, level) => sum + level.length, 0)
  const weight = sketch.data.reduce((sum, level, i) => sum + level.length * 2 ** i, 0)
  expect(weight).toBe(20_000)
  expect(held).toBeLessThan(6500)
  const cdf = cdfOf(sketch)
  for (const x of [100, 5000, 10_000, 15_000, 19_900]) {
    expect(Math.abs(shareAt(cdf, x) - x / 20_000)).toBeLessThan(0.01)
  }
})

test('the distance of 1 2 3 4 and 3 4 5 6 is a half: at 2, half of the first but none of the second', () => {
  expect(numericDistance(sketchOf([1, 2, 3, 4]), sketchOf([3, 4, 5, 6]))).toBe(0.5)
  expect(numericDistance(sketchOf([1, 2]), sketchOf([8, 9]))).toBe(1)
  expect(numericDistance(sketchOf([1, 2, 3]), sketchOf([3, 2, 1]))).toBe(0)
})

test('categories: 3 of 4 against 1 of 4', () => {
  const distance = categoricalDistance(
    new Map([
      ['car', 3],
      ['bus', 1],
    ]),
    new Map([
      ['car', 10],
      ['van', 30],
    ]),
  )
  expect(distance).toBe(0.75)
})

test('the robust distance leaves 1 - 1.8 sqrt(200 / 10000) of a complete shift between samples of 100', () => {
  expect(adjustDistance(1, 100, 100, 'Robust')).toBeCloseTo(1 - 1.8 * Math.sqrt(0.02), 12)
  expect(adjustDistance(0.2, 100, 100, 'Robust')).toBe(0)
  expect(adjustDistance(0.2, 100, 100, 'Simple')).toBe(0.2)
})
