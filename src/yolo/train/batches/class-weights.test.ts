import { expect, test } from 'vitest'
import { classWeightsOf } from './class-weights.ts'
import type { Dataset } from './dataset.ts'

const images = [
  [0, 0, 0],
  [0, 0, 1],
].map((classes, i) => ({
  path: `${i}.jpg`,
  boxesXyxyNorm: new Float32Array(classes.length * 4),
  classes: Int32Array.from(classes),
}))
const train: Dataset = { folder: 'set', classNames: ['car', 'bus', 'tram'], images, clipped: [] }

test('balanced weights make the mean weight of a box 1, and a class without boxes weighs 1', () => {
  const weights = classWeightsOf('balanced', train)!
  // 6 boxes, 2 classes that have some: 6 / (2 · 5) and 6 / (2 · 1).
  expect([...weights]).toEqual([Math.fround(0.6), 3, 1])
  expect((5 * weights[0]! + weights[1]!) / 6).toBeCloseTo(1, 6)
})

test('one box among many does not weigh more than ten', () => {
  const many = { ...images[0]!, classes: new Int32Array(99) }
  expect(classWeightsOf('balanced', { ...train, images: [many, images[1]!] })![1]).toBe(10)
})

test('a list is taken as it is, one number a class', () => {
  expect(classWeightsOf('none', train)).toBeUndefined()
  expect(classWeightsOf('1, 0, 2.5', train)).toEqual(Float32Array.of(1, 0, 2.5))
  expect(() => classWeightsOf('1,2', train)).toThrow('must have 3 numbers, not all 0: one for each of car, bus, tram')
  expect(() => classWeightsOf('0,0,0', train)).toThrow('not all 0')
})
