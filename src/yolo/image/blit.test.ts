import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { compiledKernel } from '../../../tools/wasm.ts'
import { blit, UPRIGHT } from './blit.ts'
import type { Orientation, Placement } from './blit.ts'
import type { RgbImage } from './rgb-image.ts'

test('the compiled kernel is that of its text', async () => {
  const compiled = await readFile(new URL('blit-rows-wasm.ts', import.meta.url), 'utf8')
  expect(compiled).toBe(await compiledKernel('yolo/image/blit-rows'))
})

const at = (scale: number, offset: number, orientation: Orientation = UPRIGHT): Placement => ({
  orientation,
  scaleX: scale,
  scaleY: scale,
  offsetX: offset,
  offsetY: offset,
})
const whole = ({ width, height }: RgbImage) => ({ left: 0, top: 0, right: width, bottom: height })

/** Every byte is its place, modulo a prime. */
function numbered(width: number, height: number): RgbImage {
  return { width, height, rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 251) }
}

test('twice as large, pixels lie a quarter and three quarters between their sources', () => {
  const source = { width: 2, height: 1, rgb: Uint8Array.of(0, 100, 200, 80, 20, 240) }
  const canvas = { width: 4, height: 2, rgb: new Uint8Array(24) }
  blit(source, canvas, at(2, 0), whole(canvas))
  const row = [0, 100, 200, 20, 80, 210, 60, 40, 230, 80, 20, 240]
  expect([...canvas.rgb]).toEqual([...row, ...row])
})

test('nothing beside the clip is touched', () => {
  const canvas = { width: 5, height: 4, rgb: new Uint8Array(60).fill(9) }
  blit({ width: 5, height: 4, rgb: new Uint8Array(60).fill(200) }, canvas, at(1, 0), {
    left: 1,
    top: 1,
    right: 3,
    bottom: 3,
  })
  const drawn = Array.from({ length: 20 }, (_, i) => [...canvas.rgb.subarray(i * 3, i * 3 + 3)].join())
  const inside = new Set([6, 7, 11, 12])
  drawn.forEach((pixel, i) => expect(pixel).toBe(inside.has(i) ? '200,200,200' : '9,9,9'))
})

// The first passes the kernel in several bands; of the second every row needs the whole source.
test.each([UPRIGHT, { mirror: false, turns: 2 }, { mirror: true, turns: 1 }] as const)(
  'an image of 6 MB comes out as it went in, %j',
  (orientation) => {
    const source = numbered(1600, 1250)
    const turned = orientation.turns === 1
    const canvas = {
      width: turned ? 1250 : 1600,
      height: turned ? 1600 : 1250,
      rgb: new Uint8Array(source.rgb.length),
    }
    blit(source, canvas, at(1, 0, orientation), whole(canvas))
    const pixel = (image: RgbImage, x: number, y: number): string => {
      const start = (y * image.width + x) * 3
      return [...image.rgb.subarray(start, start + 3)].join()
    }
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [1599, 0],
      [800, 624],
      [801, 625],
      [0, 1249],
      [1599, 1249],
    ] as const) {
      // Mirrored, then a quarter turn clockwise: (x, y) goes to (1599 − x, y), and that (u, v) to (1249 − v, u).
      const [u, v] = turned ? [1249 - y, 1599 - x] : orientation.turns === 2 ? [1599 - x, 1249 - y] : [x, y]
      expect(pixel(canvas, u, v)).toBe(pixel(source, x, y))
    }
  },
)
