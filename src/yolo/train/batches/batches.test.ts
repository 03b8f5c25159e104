import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../core/random.ts'
import { augmentMosaic, augmentSingle, NO_AUGMENTATION } from './augment.ts'
import type { Augmentation, Sample } from './augment.ts'
import { openBatchFeed } from './batch-feed.ts'
import { batchesPerEpoch, makeBatch } from './make-batch.ts'
import type { BatchSource } from './make-batch.ts'

const SIZE = 64

/** A black picture with one white rectangle, and the box around it. */
function pictureWith(x1: number, y1: number, x2: number, y2: number, classId = 0): Sample {
  const rgb = new Uint8Array(SIZE * SIZE * 3)
  for (let y = y1; y < y2; y++) rgb.fill(255, (y * SIZE + x1) * 3, (y * SIZE + x2) * 3)
  const boxesXyxyNorm = Float32Array.of(x1 / SIZE, y1 / SIZE, x2 / SIZE, y2 / SIZE)
  return { image: { width: SIZE, height: SIZE, rgb }, boxesXyxyNorm, classes: Int32Array.of(classId) }
}

function sourceOf(samples: readonly Sample[], augmentation: Augmentation): BatchSource {
  return {
    store: {
      paths: samples.map((_, i) => `${i}.png`),
      sidePx: SIZE,
      sizes: samples.map(() => ({ width: SIZE, height: SIZE })),
      cached: samples.map(({ image }) => {
        const shared = new SharedArrayBuffer(image.rgb.length)
        new Uint8Array(shared).set(image.rgb)
        return { width: image.width, height: image.height, rgb: shared }
      }),
    },
    labels: samples,
    seed: 5,
    batch: 2,
    sizesPx: [SIZE],
    maxBoxes: 8,
    augmentation,
    mosaicEndsAtEpoch: 1,
  }
}

const GEOMETRY: Augmentation = {
  ...NO_AUGMENTATION,
  hflip: 0.5,
  vflip: 0.5,
  rotate90: 0.5,
  scale: 0.4,
  translate: 0.1,
}

describe('augmentation', () => {
  test('without any, the picture and its box stay as they are', () => {
    const sample = pictureWith(8, 16, 40, 24)
    const made = augmentSingle(sample, SIZE, NO_AUGMENTATION, seededRandom(1))
    expect(made.image.rgb).toEqual(sample.image.rgb)
    expect(made.boxesXyxyPx).toEqual([[8, 16, 40, 24]])
  })

  test('boxes move with their pixels, whatever is drawn', () => {
    for (let seed = 0; seed < 40; seed++) {
      const made = augmentSingle(pictureWith(8, 16, 40, 24), SIZE, GEOMETRY, seededRandom(seed))
      const seen = extentOfWhite(made.image.rgb)
      made.boxesXyxyPx[0]!.forEach((side, i) => expect(Math.abs(side - seen[i]!)).toBeLessThanOrEqual(1.01))
    }
  })

  test('a mosaic cuts boxes at its seams and drops those of which too little is left', () => {
    const samples = [0, 1, 2, 3].map((k) => pictureWith(0, 0, SIZE, SIZE, k))
    const how = { ...NO_AUGMENTATION, translate: 0.1 }
    for (let seed = 0; seed < 20; seed++) {
      const made = augmentMosaic(samples, SIZE, how, seededRandom(seed))
      const areas = made.boxesXyxyPx.map(([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1))
      expect(areas.every((area) => area >= 0.25 * SIZE * SIZE)).toBe(true)
      const inside = made.boxesXyxyPx.flat().every((side) => side >= 0 && side <= SIZE)
      expect(inside).toBe(true)
    }
  })

  test('colours change without moving the mean hue of grey', () => {
    const grey = pictureWith(0, 0, 1, 1)
    grey.image.rgb.fill(100)
    const how = { ...NO_AUGMENTATION, hue: 0.1, saturation: 0.9, value: 0.5 }
    const { rgb } = augmentSingle(grey, SIZE, how, seededRandom(3)).image
    expect(Math.abs(rgb[0]! - rgb[1]!)).toBeLessThanOrEqual(1)
    expect(Math.abs(rgb[1]! - rgb[2]!)).toBeLessThanOrEqual(1)
    expect(rgb[0]).not.toBe(100)
  })
})

describe('batches', () => {
  const samples = [0, 1, 2].map((k) => pictureWith(4 + 8 * k, 8, 30 + 8 * k, 40, k))
  const all: Augmentation = { ...GEOMETRY, mosaic: 0.5, hue: 0.02, saturation: 0.5, value: 0.4 }

  test('every image is used in an epoch, the last batch filled from its beginning', async () => {
    const source = sourceOf(samples, NO_AUGMENTATION)
    expect(batchesPerEpoch(3, 2)).toBe(2)
    const first = await makeBatch(source, 0, 0)
    const second = await makeBatch(source, 0, 1)
    const classes = [first, second].flatMap((batch) => [batch.classes[0]!, batch.classes[8]!])
    expect(new Set(classes.slice(0, 3))).toEqual(new Set([0, 1, 2]))
    expect(classes[3]).toBe(classes[0])
    expect(Array.from(first.mask)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
  })

  test('a batch depends on seed, epoch and index alone, also when a thread makes it', async () => {
    const source = sourceOf(samples, all)
    const requests = [
      { epoch: 0, index: 0 },
      { epoch: 0, index: 1 },
      { epoch: 1, index: 0 },
      { epoch: 1, index: 1 },
    ]
    await using feed = openBatchFeed(source, requests.values())
    for (const { epoch, index } of requests) {
      const batch = await feed.next()
      expect(batch).toEqual(await makeBatch(source, epoch, index))
      if (index % 2 === 0) feed.makeAhead(batch)
    }
    expect(await feed.next()).toBeUndefined()
    expect((await makeBatch(source, 0, 0)).images).not.toEqual((await makeBatch(source, 1, 0)).images)
    expect((await makeBatch({ ...source, seed: 6 }, 0, 0)).images).not.toEqual((await makeBatch(source, 0, 0)).images)
  })

  test('the memory of a used batch makes no difference to the next', async () => {
    const source = sourceOf(samples, all)
    const used = new Float32Array(2 * 3 * SIZE * SIZE).fill(Number.NaN)
    const made = await makeBatch(source, 0, 0, used)
    expect(made.images).toBe(used)
    expect(made).toEqual(await makeBatch(source, 0, 0))
    expect((await makeBatch(source, 0, 0, new Float32Array(3))).images).toEqual(made.images)
  })

  test('images of any size and shape share a batch, each fitted with its aspect kept', async () => {
    // 128 x 64 px, white where its box is; on a canvas of 64 px it is halved and has 16 rows of grey above it.
    const rgb = new Uint8Array(128 * 64 * 3)
    for (let y = 16; y < 32; y++) rgb.fill(255, (y * 128 + 16) * 3, (y * 128 + 48) * 3)
    const boxesXyxyNorm = Float32Array.of(16 / 128, 16 / 64, 48 / 128, 32 / 64)
    const wide: Sample = { image: { width: 128, height: 64, rgb }, boxesXyxyNorm, classes: Int32Array.of(0) }
    const square = pictureWith(8, 8, 40, 24, 1)
    const batch = await makeBatch(sourceOf([wide, square], NO_AUGMENTATION), 0, 0)
    const boxOf = (classId: number): number[] => {
      const row = batch.classes.findIndex((k, i) => k === classId && batch.mask[i] === 1)
      return [...batch.boxesXyxyPx.subarray(row * 4, row * 4 + 4)]
    }
    expect(boxOf(0)).toEqual([8, 24, 24, 32])
    expect(boxOf(1)).toEqual([8, 8, 40, 24])
    const plane = batch.classes[0] === 0 ? 0 : SIZE * SIZE * 3
    const red = (x: number, y: number): number => batch.images[plane + y * SIZE + x]!
    expect([red(12, 28), red(40, 28), red(12, 4)].map((value) => Math.round(value * 255))).toEqual([255, 0, 114])
  })

  test('boxes beyond the limit are the smallest ones, and counted', async () => {
    const many = Array.from({ length: 5 }, (_, k) => [0, 0, (k + 2) / 10, 0.5]).flat()
    const crowded = {
      ...samples[0]!,
      boxesXyxyNorm: Float32Array.from(many),
      classes: Int32Array.from([0, 1, 2, 3, 4]),
    }
    const batch = await makeBatch({ ...sourceOf([crowded], NO_AUGMENTATION), batch: 1, maxBoxes: 2 }, 0, 0)
    expect(Array.from(batch.classes.subarray(0, 2))).toEqual([4, 3])
    expect(Array.from(batch.mask)).toEqual([1, 1, 0, 0, 0, 0, 0, 0])
    expect(batch.boxesLeftOut).toBe(3)
  })

  test('a thread that cannot read an image says so', async () => {
    const source = sourceOf(samples, NO_AUGMENTATION)
    const broken = { ...source, store: { ...source.store, cached: [undefined, undefined, undefined] } }
    await using feed = openBatchFeed(broken, [{ epoch: 0, index: 0 }].values())
    await expect(feed.next()).rejects.toThrow('a batch failed')
  })

  test('M is what the fullest image needs, in steps of eight', async () => {
    const rowsFor = async (boxes: number): Promise<number> => {
      const sample = {
        ...samples[0]!,
        boxesXyxyNorm: Float32Array.from({ length: boxes * 4 }, (_, i) => [0, 0, 0.5, 0.5][i % 4]!),
        classes: new Int32Array(boxes),
      }
      const source = { ...sourceOf([sample, samples[1]!], NO_AUGMENTATION), maxBoxes: 20 }
      return (await makeBatch(source, 0, 0)).mask.length / 2
    }
    expect(await Promise.all([0, 1, 8, 9, 19, 500].map(rowsFor))).toEqual([8, 8, 8, 16, 24, 24])
  })
})

function extentOfWhite(rgb: Uint8Array): [number, number, number, number] {
  const out: [number, number, number, number] = [SIZE, SIZE, 0, 0]
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      // Brighter than the padding.
      if (rgb[(y * SIZE + x) * 3]! < 185) continue
      out[0] = Math.min(out[0], x)
      out[1] = Math.min(out[1], y)
      out[2] = Math.max(out[2], x + 1)
      out[3] = Math.max(out[3], y + 1)
    }
  }
  return out
}
