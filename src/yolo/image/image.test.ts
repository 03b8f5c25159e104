import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { compiledKernel } from '../../../tools/wasm.ts'
import { blit, placeBox } from './blit.ts'
import type { Orientation } from './blit.ts'
import { cropPlanes } from './crop-planes.ts'
import { decodeImage } from './decode-image.ts'
import { letterbox, unletterboxBox, writePlanes } from './letterbox.ts'
import { mixColours } from './mix-colours.ts'
import type { RgbImage } from './rgb-image.ts'

/** A picture whose red channel counts its pixels: 0 1 2 / 3 4 5 for 3 x 2. */
function counted(width: number, height: number): RgbImage {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) rgb[i * 3] = i
  return { width, height, rgb }
}

function reds(image: RgbImage): number[] {
  return Array.from({ length: image.width * image.height }, (_, i) => image.rgb[i * 3]!)
}

describe('decoding', () => {
  test('an empty and a truncated file are refused with their names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skyloop-image-'))
    const whole = await sharp(counted(64, 64).rgb, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer()
    await writeFile(join(folder, 'empty.jpg'), '')
    await writeFile(join(folder, 'cut.jpg'), whole.subarray(0, whole.length / 2))
    await writeFile(join(folder, 'text.png'), 'not a picture')
    for (const name of ['empty.jpg', 'cut.jpg', 'text.png']) {
      await expect(decodeImage(join(folder, name))).rejects.toMatchObject({
        code: 'yolo.image.corrupt',
        message: expect.stringContaining(name) as string,
      })
    }
  })

  test('EXIF orientation is applied: 6 is a quarter turn clockwise', async () => {
    const png = await sharp(counted(3, 2).rgb, { raw: { width: 3, height: 2, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer()
    const image = await decodeImage(png)
    expect([image.width, image.height]).toEqual([2, 3])
    expect(reds(image)).toEqual([3, 0, 4, 1, 5, 2])
  })

  test('grey and transparent pictures become RGB', async () => {
    const grey = await sharp(Buffer.from([10, 200]), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toBuffer()
    expect(Array.from((await decodeImage(grey)).rgb)).toEqual([10, 10, 10, 200, 200, 200])
    const clear = await sharp(Buffer.from([255, 0, 0, 0]), { raw: { width: 1, height: 1, channels: 4 } })
      .png()
      .toBuffer()
    expect(Array.from((await decodeImage(clear)).rgb)).toEqual([114, 114, 114])
  })

  test('a large picture is shrunk on request, its aspect kept', async () => {
    const png = await sharp({ create: { width: 200, height: 100, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    const image = await decodeImage(png, { shrinkToSidePx: 50 })
    expect([image.width, image.height]).toEqual([50, 25])
  })
})

describe('letterboxing', () => {
  test('a wide picture gets grey bars above and below, and boxes find back', () => {
    const { image, fit } = letterbox(counted(4, 2), 8, 8)
    expect(fit).toEqual({ width: 8, height: 4, padX: 0, padY: 2, scaleX: 2, scaleY: 2 })
    expect(Array.from(image.rgb.subarray(0, 3))).toEqual([114, 114, 114])
    expect(image.rgb[2 * 8 * 3 + 1]).toBe(0)
    expect(unletterboxBox([2, 4, 8, 6], fit, { width: 4, height: 2 })).toEqual([1, 1, 4, 2])
    expect(unletterboxBox([-5, 0, 99, 99], fit, { width: 4, height: 2 })).toEqual([0, 0, 4, 2])
  })

  test('a single pixel fills the canvas', () => {
    const { image } = letterbox({ width: 1, height: 1, rgb: Uint8Array.from([9, 8, 7]) }, 32, 32)
    expect(image.rgb.every((value, i) => value === [9, 8, 7][i % 3])).toBe(true)
  })

  test('doubling interpolates between pixel centres', () => {
    const wide = { width: 2, height: 1, rgb: Uint8Array.from([0, 0, 0, 100, 100, 100]) }
    expect(reds(letterbox(wide, 4, 2).image).slice(0, 4)).toEqual([0, 25, 75, 100])
  })

  test('planes are one colour after the other, 0 to 1, at the place of the image in its batch', () => {
    const target = new Float32Array(2 * 3 * 2)
    writePlanes({ width: 2, height: 1, rgb: Uint8Array.from([255, 0, 51, 0, 255, 102]) }, target, 1)
    const expected = [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0.2, 0.4]
    expect(Array.from(target, (value) => Math.round(value * 1000) / 1000)).toEqual(expected)
  })
})

test('the compiled kernel is that of its text', async () => {
  const compiled = await readFile(new URL('rgb-pixels-wasm.ts', import.meta.url), 'utf8')
  expect(compiled).toBe(await compiledKernel('yolo/image/rgb-pixels'))
})

test('planes of an image that passes the kernel in parts are those of its bytes', () => {
  const [width, height] = [301, 117]
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251)
  const target = new Float32Array(3 * width * height)
  writePlanes({ width, height, rgb }, target, 0)
  const expected = target.map((_, i) => rgb[(i % (width * height)) * 3 + Math.trunc(i / (width * height))]! / 255)
  expect(target).toEqual(expected)
})

test('colours are mixed by a matrix, rounded and held within a byte', () => {
  const rgb = Uint8Array.from({ length: 20_001 * 3 }, (_, i) => (i * 104_729) % 256)
  const matrix = [
    [1.5, -0.25, 0],
    [0.5, 0.5, 0.125],
    [-1, 3, -1.25],
  ] as const
  const expected = Uint8ClampedArray.from(rgb, (_, i) => {
    const [r, g, b] = matrix[i % 3] as [number, number, number]
    const first = i - (i % 3)
    return Math.floor(r * rgb[first]! + g * rgb[first + 1]! + b * rgb[first + 2]! + 0.5)
  })
  mixColours(rgb, matrix)
  expect(rgb).toEqual(new Uint8Array(expected))
})

test('a crop that reaches beyond the image is grey there, and leaves the other images of its batch alone', () => {
  const target = new Float32Array(2 * 3 * 4).fill(-1)
  // The 2 x 2 pixels around the top right corner of 0 1 2 / 3 4 5.
  cropPlanes(counted(3, 2), 2, -1, { width: 2, height: 2 }, target, 1)
  const bytes = Array.from(target, (value) => (value < 0 ? -1 : Math.round(value * 255)))
  const others = Array.from({ length: 12 }, () => -1)
  expect(bytes).toEqual([...others, 114, 114, 2, 114, 114, 114, 0, 114, 114, 114, 0, 114])
})

describe('orientation', () => {
  const cases: readonly (readonly [Orientation, number[]])[] = [
    [{ mirror: false, turns: 0 }, [0, 1, 2, 3, 4, 5]],
    [{ mirror: true, turns: 0 }, [2, 1, 0, 5, 4, 3]],
    [{ mirror: false, turns: 1 }, [3, 0, 4, 1, 5, 2]],
    [{ mirror: false, turns: 2 }, [5, 4, 3, 2, 1, 0]],
    [{ mirror: false, turns: 3 }, [2, 5, 1, 4, 0, 3]],
    [{ mirror: true, turns: 1 }, [5, 2, 4, 1, 3, 0]],
  ]

  test.each(cases)('%j moves pixels and boxes alike', (orientation, expected) => {
    const source = counted(3, 2)
    const [width, height] = orientation.turns % 2 === 0 ? [3, 2] : [2, 3]
    const canvas = { width, height, rgb: new Uint8Array(18) }
    const placement = { orientation, scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 }
    blit(source, canvas, placement, { left: 0, top: 0, right: width, bottom: height })
    expect(reds(canvas)).toEqual(expected)
    // The box around source pixel 2, at its top right.
    const [x1, y1, x2, y2] = placeBox([2, 0, 3, 1], source, placement)
    expect([x2 - x1, y2 - y1]).toEqual([1, 1])
    expect(canvas.rgb[(y1 * width + x1) * 3]).toBe(2)
  })
})
