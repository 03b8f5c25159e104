import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seededRandom } from '../../../core/random.ts'
import { parseYoloLabels, type LabelledBox } from '../../formats/yolo-labels.ts'
import { letterboxBoxes, letterboxOf } from '../letterbox.ts'
import { augmentImages, type AugmentSource } from './augment-images.ts'
import { AUGMENTATIONS, augmentSettings } from './augment-settings.ts'
import { drawChanges, type Change } from './change.ts'
import { changeBoxes } from './change-boxes.ts'
import { changePixels, type Pixels } from './change-pixels.ts'

const box = (x1: number, y1: number, x2: number, y2: number, classId = 0): LabelledBox => ({
  classId,
  boxXyxyNorm: [x1, y1, x2, y2],
})
const SIZE = { width: 80, height: 40 }

const sidesOf = (boxes: readonly LabelledBox[]): number[][] =>
  boxes.map(({ boxXyxyNorm }) => boxXyxyNorm.map((n) => Math.round(n * 1e6) / 1e6))
const changed = (boxes: readonly LabelledBox[], change: Change, minVisible = 0.5, others: LabelledBox[][] = []) =>
  changeBoxes(boxes, change, SIZE, minVisible, others)

describe('boxes, by hand', () => {
  const one = [box(0.1, 0.2, 0.3, 0.6)]
  test.each([
    ['left to right', { kind: 'flip', axis: 'x' }, [0.7, 0.2, 0.9, 0.6]],
    ['top to bottom', { kind: 'flip', axis: 'y' }, [0.1, 0.4, 0.3, 0.8]],
    ['a quarter clockwise', { kind: 'rotate', quarterTurns: 1 }, [0.4, 0.1, 0.8, 0.3]],
    ['half a turn', { kind: 'rotate', quarterTurns: 2 }, [0.7, 0.4, 0.9, 0.8]],
    ['three quarters', { kind: 'rotate', quarterTurns: 3 }, [0.2, 0.7, 0.6, 0.9]],
    // Half the size, in the middle: 20 px from the left, 10 px from the top.
    ['shrunk by half', { kind: 'zoom', factor: 0.5, x: 0.5, y: 0.5 }, [0.3, 0.35, 0.4, 0.55]],
    // Twice the size, the left upper corner kept.
    ['doubled', { kind: 'zoom', factor: 2, x: 0, y: 0 }, [0.2, 0.4, 0.6, 1]],
    ['brighter', { kind: 'light', gain: 1.2, contrast: 1 }, [0.1, 0.2, 0.3, 0.6]],
  ] as [string, Change, number[]][])('%s', (_name, change, wanted) => {
    expect(sidesOf(changed(one, change).boxes)).toEqual([wanted])
  })

  test('cut by a zoom go when less than enough is left, and are counted', () => {
    // Doubled about the left upper corner: 0.4..0.6 becomes 0.8..1.2, of which half shows; 0.6 and above are gone.
    const boxes = [box(0.4, 0, 0.6, 0.2, 1), box(0.6, 0, 0.9, 0.2, 2)]
    const zoom: Change = { kind: 'zoom', factor: 2, x: 0, y: 0 }
    expect(changed(boxes, zoom, 0.5)).toMatchObject({ cutAway: 1, boxes: [{ classId: 1 }] })
    expect(changed(boxes, zoom, 0.51)).toMatchObject({ cutAway: 2, boxes: [] })
  })

  test('of a mosaic lie in their quarters', () => {
    const part = [box(0, 0, 1, 1, 3)]
    const { boxes } = changed(part, { kind: 'mosaic', others: ['a', 'b', 'c'] }, 0.5, [part, part, part])
    expect(sidesOf(boxes)).toEqual([
      [0, 0, 0.5, 0.5],
      [0.5, 0, 1, 0.5],
      [0, 0.5, 0.5, 1],
      [0.5, 0.5, 1, 1],
    ])
  })
})

/** Black, with a white rectangle where the box is. */
function painted(width: number, height: number, [x1, y1, x2, y2]: readonly number[]): Pixels {
  const data = Buffer.alloc(width * height * 3)
  for (let y = y1!; y < y2!; y++) data.fill(255, (y * width + x1!) * 3, (y * width + x2!) * 3)
  return { data, width, height }
}

/** The rectangle that is brighter than half of white, with sides in pixels. */
function brightPart({ data, width, height }: Pixels): number[] {
  const lit = Array.from({ length: width * height }, (_, i) => i).filter((i) => data[i * 3]! > 127)
  const [xs, ys] = [lit.map((i) => i % width), lit.map((i) => Math.floor(i / width))]
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]
}

test('pixels and boxes move alike, whatever is done to the place of things', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2 ** 31 }),
      fc.integer({ min: 40, max: 120 }),
      fc.integer({ min: 40, max: 120 }),
      async (seed, width, height) => {
        const random = seededRandom(seed)
        const rect = [random.int(width >> 1), random.int(height >> 1)]
        const sides = [...rect, rect[0]! + 8 + random.int(width >> 2), rect[1]! + 8 + random.int(height >> 2)]
        let pixels = painted(width, height, sides)
        let boxes: readonly LabelledBox[] = [
          box(sides[0]! / width, sides[1]! / height, sides[2]! / width, sides[3]! / height),
        ]
        for (const change of drawChanges(['flip', 'rotate', 'zoom'], random, [])) {
          boxes = changeBoxes(boxes, change, pixels, 0.05).boxes
          pixels = await changePixels(pixels, change)
        }
        fc.pre(boxes.length > 0)
        // Each resampling may show an edge half a pixel off, and reading it off costs another half.
        const [x1, y1, x2, y2] = boxes[0]!.boxXyxyNorm
        const wanted = [x1 * pixels.width, y1 * pixels.height, x2 * pixels.width, y2 * pixels.height]
        brightPart(pixels).forEach((side, k) => expect(Math.abs(side - wanted[k]!)).toBeLessThan(1.5))
      },
    ),
    { numRuns: 60 },
  )
})

describe('pixels', () => {
  const grey = (level: number): Pixels => ({ data: Buffer.alloc(20 * 10 * 3, level), width: 20, height: 10 })

  test('grow brighter and gain contrast as written', async () => {
    // (100 - 128) · 1.25 + 128 · 1.1 = 105.8.
    expect((await changePixels(grey(100), { kind: 'light', gain: 1.1, contrast: 1.25 })).data[0]).toBe(106)
  })

  test('get noise of the strength written, the same for the same seed', async () => {
    const large: Pixels = { data: Buffer.alloc(200 * 100 * 3, 128), width: 200, height: 100 }
    const noisy = await changePixels(large, { kind: 'noise', sigma: 6, seed: 1 })
    const values = Array.from({ length: 20_000 }, (_, i) => noisy.data[i * 3]!)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const sigma = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    // 20,000 samples: both to within 3 %, and rounding adds 1/12 to the variance.
    expect(Math.abs(mean - 128)).toBeLessThan(0.2)
    expect(Math.abs(sigma - 6)).toBeLessThan(0.2)
    expect((await changePixels(large, { kind: 'noise', sigma: 6, seed: 1 })).data.equals(noisy.data)).toBe(true)
    expect((await changePixels(large, { kind: 'noise', sigma: 6, seed: 2 })).data.equals(noisy.data)).toBe(false)
  })

  test('keep their size under light, hue, blur, noise and mosaic', async () => {
    for (const kind of AUGMENTATIONS.filter((name) => name !== 'rotate')) {
      const [change] = drawChanges([kind], seededRandom(5), ['a'])
      const { width, height, data } = await changePixels(grey(90), change!, [grey(10), grey(20), grey(30)])
      expect([kind, width, height, data.length]).toEqual([kind, 20, 10, 600])
    }
  })
})

describe('copies of a folder of images', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skyloop-augment-'))
    await mkdir(join(folder, 'images'))
    await mkdir(join(folder, 'labels'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function images(count: number): Promise<AugmentSource[]> {
    return Promise.all(
      Array.from({ length: count }, async (_, k) => {
        const { data, width, height } = painted(64, 48, [8 + k, 8, 24 + k, 24])
        await writeFile(
          join(folder, 'images', `i${k}.jpg`),
          await sharp(data, { raw: { width, height, channels: 3 } })
            .jpeg()
            .toBuffer(),
        )
        return { stem: `i${k}`, boxes: [box((8 + k) / 64, 8 / 48, (24 + k) / 64, 24 / 48)] }
      }),
    )
  }

  const OPTIONS = { seed: 3, minVisible: 0.3, concurrency: 2 }

  test('have labels of their own and say what was done', async () => {
    const made = await augmentImages(folder, await images(3), { copies: 2, by: AUGMENTATIONS }, OPTIONS)
    expect(made.map(({ stem }) => stem)).toEqual(['i0__a1', 'i0__a2', 'i1__a1', 'i1__a2', 'i2__a1', 'i2__a2'])
    for (const { stem, boxes, changes } of made) {
      expect(changes.length).toBeGreaterThan(0)
      const text = await readFile(join(folder, 'labels', `${stem}.txt`), 'utf8')
      const read = parseYoloLabels(text, { file: stem, classCount: 1 })
      expect([read.boxes.length, read.issues]).toEqual([boxes.length, []])
    }
    expect((await readdir(join(folder, 'images'))).length).toBe(9)
  })

  test('are the same for the same seed, and do not change when images are added', async () => {
    const settings = augmentSettings(1, undefined)!
    const first = await augmentImages(folder, await images(2), settings, OPTIONS)
    const bytes = await readFile(join(folder, 'images', 'i1__a1.jpg'))
    const second = await augmentImages(folder, await images(4), settings, OPTIONS)
    expect(second.slice(0, 2)).toEqual(first)
    expect((await readFile(join(folder, 'images', 'i1__a1.jpg'))).equals(bytes)).toBe(true)
    const other = await augmentImages(folder, await images(2), settings, { ...OPTIONS, seed: 4 })
    expect(other.map(({ changes }) => changes)).not.toEqual(first.map(({ changes }) => changes))
  })

  test('of an unknown kind are refused by name', () => {
    expect(() => augmentSettings(1, 'flip,shear')).toThrow('"shear" is no augmentation; allowed: flip, rotate, light')
    expect(augmentSettings(0, 'flip')).toBeNull()
    expect(augmentSettings(2, 'noise, flip')).toEqual({ copies: 2, by: ['flip', 'noise'] })
  })
})

test('a letterbox keeps the ratio of sides and puts the odd pixel to the right and below', () => {
  const fitted = letterboxOf(1920, 1080, 640)
  expect(fitted).toEqual({ side: 640, left: 0, top: 140, width: 640, height: 360 })
  // 0.5 · 360 + 140 = 320 of 640.
  expect(sidesOf(letterboxBoxes([box(0.25, 0.5, 0.75, 1)], fitted))).toEqual([[0.25, 0.5, 0.75, 0.78125]])
  // 333 / 1000 · 100 = 33.3: 33 wide, 67 left over.
  expect(letterboxOf(333, 1000, 100)).toEqual({ side: 100, left: 33, top: 0, width: 33, height: 100 })
})
