import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { compiledKernel } from '../../../tools/wasm.ts'
import { resizeLinear } from './resize-linear.ts'

test('the compiled kernel is that of its text', async () => {
  expect(await readFile(new URL('resize-rows-wasm.ts', import.meta.url), 'utf8')).toBe(
    await compiledKernel('yolo/image/resize-rows'),
  )
})

test('colours are mixed by distance between pixel centres, rounded to bytes, and land in their planes', () => {
  const source = { width: 2, height: 2, rgb: Uint8Array.from([0, 10, 255, 100, 20, 255, 40, 30, 0, 200, 40, 255]) }
  // Two images beside each other in the rows of planes of 7 x 5, of which ours is the right one.
  const values = new Float32Array(3 * 35).fill(-1)
  resizeLinear(source, 5, 4, { values, start: 2 + 7, rowStep: 7, colourStep: 35 })
  const plane = (colour: number): number[][] =>
    [0, 1, 2, 3].map((y) => {
      const first = colour * 35 + 9 + y * 7
      return Array.from(values.subarray(first, first + 5), (share) => Math.round(share * 255))
    })
  // Of 5 columns over 2 pixels the centres lie at -0.3, 0.1, 0.5, 0.9, 1.3; of 4 rows at -0.25, 0.25, 0.75, 1.25.
  // Where the exact value is a half, as 21.5 in the second row, these are the bytes of OpenCV 5.0.0.
  expect(plane(0)).toEqual([
    [0, 10, 50, 90, 100],
    [10, 22, 68, 113, 125],
    [30, 45, 103, 160, 175],
    [40, 56, 120, 184, 200],
  ])
  expect(plane(1)[0]).toEqual([10, 11, 15, 19, 20])
  expect(plane(2)[3]).toEqual([0, 25, 127, 229, 255])
  // Nothing beside the target is touched.
  expect([values[8], values[14], values[15], values[41], values[2 + 7 + 35 - 1]]).toEqual([-1, -1, -1, -1, -1])
})

test('a row longer than a page of the kernel, and one of a single pixel', () => {
  const width = 20_000
  const rgb = Uint8Array.from({ length: width * 3 }, (_, i) => (Math.trunc(i / 3) < width / 2 ? 50 : 250))
  const values = new Float32Array(3 * 8)
  const target = { values, start: 0, rowStep: 8, colourStep: 8 }
  resizeLinear({ width, height: 1, rgb }, 8, 1, target)
  const bytes = (): number[] => Array.from(values.subarray(0, 8), (share) => Math.round(share * 255))
  expect(bytes()).toEqual([50, 50, 50, 50, 250, 250, 250, 250])
  resizeLinear({ width: 1, height: 1, rgb: Uint8Array.from([7, 8, 9]) }, 8, 1, target)
  expect(bytes()).toEqual([7, 7, 7, 7, 7, 7, 7, 7])
})
