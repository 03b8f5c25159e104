import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { compiledKernel } from '../../../tools/wasm.ts'
import { seededRandom } from '../../core/random.ts'
import { imageStatistics } from './image-statistics.ts'
import { measureImage } from './measure-image.ts'
import { pixelSums } from './pixel-sums.ts'

const image = (width: number, height: number, ...pixels: [number, number, number][]) => ({
  width,
  height,
  channels: 3 as const,
  bytes: Uint8Array.from(pixels.flat()),
})
const grey = (level: number): [number, number, number] => [level, level, level]

test('one even grey has nothing but brightness', () => {
  const statistics = imageStatistics(image(3, 3, ...Array.from({ length: 9 }, () => grey(100))))
  expect(statistics).toEqual({
    brightness: 100,
    contrast: 0,
    sharpness: 0,
    entropy: 0,
    colourfulness: 0,
    noise: 0,
    saturation: 0,
    clippedShadows: 0,
    clippedHighlights: 0,
    grid: undefined,
  })
})

test('the compiled kernel is that of its text', async () => {
  const compiled = await readFile(new URL('pixel-sums-wasm.ts', import.meta.url), 'utf8')
  expect(compiled).toBe(await compiledKernel('data/profile/pixel-sums'))
})

test('a white dot on black, 3x3: every number by hand', () => {
  const dot = Array.from({ length: 9 }, (_, i) => grey(i === 4 ? 255 : 0))
  const statistics = imageStatistics(image(3, 3, ...dot))
  expect(statistics.brightness).toBeCloseTo(255 / 9, 12)
  expect(statistics.contrast).toBeCloseTo(255 * Math.sqrt((1 / 9) * (8 / 9)), 10)
  // Laplacian with mirrored borders: -4 at the dot; its 4 neighbours see it twice (once mirrored): +2; corners 0. In units of 255.
  expect(statistics.sharpness).toBeCloseTo(255 ** 2 * ((16 + 4 * 4) / 9 - ((-4 + 8) / 9) ** 2), 6)
  expect(statistics.entropy).toBeCloseTo(-(1 / 9) * Math.log2(1 / 9) - (8 / 9) * Math.log2(8 / 9), 12)
  // One inner pixel: |4 * 255| * sqrt(pi / 2) / 6.
  expect(statistics.noise).toBeCloseTo((Math.sqrt(Math.PI / 2) * 4 * 255) / 6, 9)
  expect(statistics.clippedShadows).toBeCloseTo(8 / 9, 12)
  expect(statistics.clippedHighlights).toBeCloseTo(1 / 9, 12)
})

test('red and blue halves: colourfulness and saturation by hand', () => {
  const statistics = imageStatistics(image(2, 1, [255, 0, 0], [0, 0, 255]))
  // R - G is 255 and 0: mean 127.5, deviation 127.5. (R + G) / 2 - B is 127.5 and -255: mean -63.75, deviation 191.25.
  const expected = Math.hypot(127.5, 191.25) + 0.3 * Math.hypot(127.5, -63.75)
  expect(statistics.colourfulness).toBeCloseTo(expected, 9)
  expect(statistics.saturation).toBe(1)
  // Luma of pure red is 76, of pure blue 29.
  expect(statistics.brightness).toBe((76 + 29) / 2)
})

// cv2 5.0.0: cvtColor(RGB2GRAY).mean(), .std(), Laplacian(CV_64F).var() of the pattern below.
const OPENCV = { brightness: 127.00587544065804, contrast: 47.903925720542404, sharpness: 49745.80137282329 }

test('grey values, sharpness and entropy are those of OpenCV for a fixed pattern', () => {
  const width = 37
  const height = 23
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 7 + i * 13) % 256)
  const statistics = imageStatistics({ width, height, channels: 3, bytes: rgb })
  expect(statistics.brightness).toBeCloseTo(OPENCV.brightness, 9)
  expect(statistics.contrast).toBeCloseTo(OPENCV.contrast, 9)
  expect(statistics.sharpness).toBeCloseTo(OPENCV.sharpness, 6)
})

test('files: format and size are told, corrupt and empty ones are named', async () => {
  const png = await sharp({ create: { width: 5, height: 4, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
  expect(await measureImage(png, 'a.png')).toMatchObject({ width: 5, height: 4, format: 'png', brightness: 128 })
  await expect(measureImage(png.subarray(0, 40), 'b.png')).rejects.toThrow('b.png is not a readable image')
  await expect(measureImage(new Uint8Array(), 'c.jpg')).rejects.toThrow('c.jpg is empty (0 bytes)')
})

/** The sums as their definitions read, a pixel at a time. */
function plainSums(width: number, height: number, rgb: Uint8Array) {
  const grey: number[] = []
  const histogram = Array.from({ length: 256 }, () => 0)
  const sums = { redGreen: [0, 0], yellowBlue: [0, 0], laplacian: [0, 0], saturation: 0, noise: 0 }
  const take = (into: number[], value: number): void => {
    into[0]! += value
    into[1]! += value * value
  }
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = [rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!]
    grey.push(Math.floor((r * 9798 + g * 19235 + b * 3735) / 32768 + 0.5))
    histogram[grey[i]!]!++
    take(sums.redGreen, r - g)
    take(sums.yellowBlue, r + g - 2 * b)
    const most = Math.max(r, g, b)
    if (most > 0) sums.saturation += (most - Math.min(r, g, b)) / most
  }
  const mirror = (i: number, size: number): number => (i < 0 ? 1 : i >= size ? size - 2 : i)
  const at = (x: number, y: number): number => grey[mirror(y, height) * width + mirror(x, width)]!
  for (let y = 0; height > 1 && y < height; y++) {
    for (let x = 0; width > 1 && x < width; x++) {
      const edges = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1)
      const corners = at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) + at(x + 1, y + 1)
      take(sums.laplacian, edges - 4 * at(x, y))
      const inner = x > 0 && y > 0 && x < width - 1 && y < height - 1
      if (inner) sums.noise += Math.abs(corners - 2 * edges + 4 * at(x, y))
    }
  }
  const grid = Array.from({ length: 81 }, (_, cell) => {
    const [left, top] = [((cell % 9) * width) / 9, (Math.floor(cell / 9) * height) / 9]
    let total = 0
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const across = Math.max(0, Math.min(x + 1, left + width / 9) - Math.max(x, left))
        const down = Math.max(0, Math.min(y + 1, top + height / 9) - Math.max(y, top))
        total += across * down * grey[y * width + x]!
      }
    }
    return (total * 81) / (width * height)
  })
  return { ...sums, histogram, grid }
}

// Widths around the kernel's 8 and 16 pixels, heights around its strips of rows (65 or 130 rows of 500 px do not fit into one).
const sizes = fc.oneof(
  fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ width: fc.constantFrom(499, 500, 4099, 8300), height: fc.constantFrom(1, 2, 7, 8, 9, 17, 65) }),
)

test.each(['noise', 'extremes'])('the kernel sums as the definitions do: %s of any size', (kind) => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 1e6 }), ({ width, height }, seed) => {
      const random = seededRandom(seed)
      // Extremes make every sum as large as it can get.
      const next = kind === 'noise' ? () => random.int(256) : () => (random.next() < 0.5 ? 0 : 255)
      const rgb = Uint8Array.from({ length: width * height * 3 }, next)
      const { histogram, grid, saturation, ...plain } = plainSums(width, height, rgb)
      const sums = pixelSums({ width, height, channels: 3, bytes: rgb })
      expect([...sums.histogram]).toEqual(histogram)
      for (const name of ['redGreen', 'yellowBlue', 'laplacian'] as const) {
        expect([sums[name].sum, sums[name].squares]).toEqual(plain[name])
      }
      expect(sums.noise).toBe(plain.noise)
      // Quotients are of 24 bits.
      expect(sums.saturation / (width * height)).toBeCloseTo(saturation / (width * height), 6)
      // Means are rounded, halves to either side.
      const wrong = grid.filter((mean, i) => sums.grid !== undefined && Math.abs(sums.grid[i]! - mean) > 0.5 + 1e-9)
      expect([sums.grid === undefined, wrong]).toEqual([width < 9 || height < 9, []])
    }),
    { numRuns: 25 },
  )
})

test('one channel is grey already: the same sums as of three equal ones', () => {
  const random = seededRandom(3)
  const grey = Uint8Array.from({ length: 61 * 47 }, () => random.int(256))
  const rgb = Uint8Array.from({ length: grey.length * 3 }, (_, i) => grey[Math.floor(i / 3)]!)
  const sums = pixelSums({ width: 61, height: 47, channels: 1, bytes: grey })
  expect(sums).toEqual(pixelSums({ width: 61, height: 47, channels: 3, bytes: rgb }))
  expect(sums.redGreen.squares).toBe(0)
})
