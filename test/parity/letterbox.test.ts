import { expect, test } from 'vitest'
import { letterbox } from '../../src/yolo/image/letterbox.ts'
import type { RgbImage } from '../../src/yolo/image/rgb-image.ts'
import { everyNth, greatestDifference, readFixture } from './fixture.ts'
import { words } from './seeded.ts'

const fixture = await readFixture('letterbox')
const { cases, every } = fixture.source as { cases: [number, number, number, number][]; every: number }

test.each(cases.map((sizes, i) => [...sizes, i] as const))(
  'an image of %i×%i px fitted into %i×%i px is within one level of what the reference trainer sees',
  (w, h, width, height, i) => {
    const { image } = letterbox(picture(`letterbox/${i}`, w, h), width, height)
    expect(image.rgb).toHaveLength(width * height * 3)
    const expected = fixture.values(String(i))
    const actual = everyNth(Float32Array.from(image.rgb), every)
    expect(greatestDifference(actual, expected)).toBeLessThanOrEqual(1)
    // Rounding alone: on average far less than a level.
    const mean = actual.reduce((sum, level, at) => sum + Math.abs(level - expected[at]!), 0) / actual.length
    expect(mean).toBeLessThan(0.1)
  },
)

/** Blocks of 8 px and noise, as in letterbox_fixture.py. */
function picture(key: string, width: number, height: number): RgbImage {
  const columns = Math.ceil(width / 8)
  const blocks = words(`${key}/blocks`, Math.ceil(height / 8) * columns * 3)
  const noise = words(`${key}/noise`, width * height * 3)
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    const block = blocks[((y >> 3) * columns + (x >> 3)) * 3 + (i % 3)]!
    return ((block % 256) * 3 + (noise[i]! % 256)) >> 2
  })
  return { width, height, rgb }
}
