import { expect, test } from 'vitest'
import { inputSizeOf, inputSizes } from './input-sizes.ts'

test('sizes are the multiples of 32 within the fraction', () => {
  expect(inputSizes(320, 0)).toEqual([320])
  expect(inputSizes(320, 0.2)).toEqual([256, 288, 320, 352, 384])
  expect(inputSizes(320, 0.05)).toEqual([320])
  expect(inputSizes(32, 0.75)).toEqual([32])
})

test('ten batches share a size, and it depends on seed, epoch and batch alone', () => {
  const sizes = inputSizes(320, 0.5)
  const drawn = Array.from({ length: 1000 }, (_, index) => inputSizeOf(sizes, 7, 2, index))
  drawn.forEach((size, i) => expect(size).toBe(drawn[i - (i % 10)]))
  expect(new Set(drawn)).toEqual(new Set(sizes))
  expect(inputSizeOf(sizes, 7, 2, 40)).toBe(drawn[40])
  const other = (seed: number, epoch: number) => drawn.map((_, index) => inputSizeOf(sizes, seed, epoch, index))
  expect(other(8, 2)).not.toEqual(drawn)
  expect(other(7, 3)).not.toEqual(drawn)
})
