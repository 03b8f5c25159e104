import sharp from 'sharp'
import { expect, test } from 'vitest'
import { imageStatistics } from './image-statistics.ts'
import { measureImage } from './measure-image.ts'

const image = (width: number, height: number, ...pixels: [number, number, number][]) => ({
  width,
  height,
  rgb: Uint8Array.from(pixels.flat()),
})
const grey = (level: number): [number, number, number] => [level, level, level]

test('one even grey has nothing but brightness', () => {
  const statistics = imageStatistics(image(3, 3, ...Array.from({ length: 9 }, () => grey(100))))
  expect(statistics).toEqual({
    width: 3,
    height: 3,
    brightness: 100,
    contrast: 0,
    sharpness: 0,
    entropy: 0,
    colourfulness: 0,
    noise: 0,
    saturation: 0,
    clippedShadows: 0,
    clippedHighlights: 0,
  })
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
  const statistics = imageStatistics({ width, height, rgb })
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
  await expect(measureImage(new Uint8Array(), 'c.jpg')).rejects.toThrow('c.jpg is not a readable image')
})
