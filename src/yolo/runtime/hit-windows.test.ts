import { expect, test } from 'vitest'
import { hitWindows } from './hit-windows.ts'

test('a cell in the middle needs its nine neighbours and theirs', () => {
  const { near, hits } = hitWindows({ batch: 1, height: 5, width: 5 }, Int32Array.of(12))
  // Row by row around cell 12 (row 2, column 2).
  const neighbours = [6, 7, 8, 11, 12, 13, 16, 17, 18]
  expect(Array.from({ length: 9 }, (_, i) => near[i * 9 + 4])).toEqual(neighbours)
  expect(Array.from(near.subarray(0, 9))).toEqual([0, 1, 2, 5, 6, 7, 10, 11, 12])
  expect(Array.from(hits)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('windows end at the edges of their own image', () => {
  // Two images of 2 x 3 cells: cell 5 is the last of the first image, cell 6 the first of the second.
  const { near, hits } = hitWindows({ batch: 2, height: 2, width: 3 }, Int32Array.of(5, 6))
  const centres = Array.from({ length: near.length / 9 }, (_, i) => near[i * 9 + 4])
  expect(centres).toEqual([1, 2, 4, 5, 6, 7, 9, 10])
  // Around cell 5: row above (1, 2), its own row (4, 5), nothing right of it and nothing below.
  expect(Array.from(hits.subarray(0, 9))).toEqual([0, 1, 8, 2, 3, 8, 8, 8, 8])
  expect(Array.from(hits.subarray(9))).toEqual([8, 8, 8, 8, 4, 5, 8, 6, 7])
  expect(Array.from(near.subarray(4 * 9, 5 * 9))).toEqual([12, 12, 12, 12, 6, 7, 12, 9, 10])
})

test('neighbours that hits share are computed once', () => {
  const { near, hits } = hitWindows({ batch: 1, height: 3, width: 4 }, Int32Array.of(5, 6))
  expect(near.length / 9).toBe(12)
  expect(hits.length / 9).toBe(2)
  expect(hitWindows({ batch: 1, height: 3, width: 4 }, new Int32Array(0))).toEqual({
    near: new Int32Array(0),
    hits: new Int32Array(0),
  })
})
