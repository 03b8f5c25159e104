import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  imageStock,
  readSet,
  temporaryFolder,
  writeYoloSet,
  type StatedBox,
  type StatedImage,
} from '../../../../test/support/labelled-set.ts'
import { LABEL_FORMATS, type LabelFormat } from '../labelled-image.ts'
import { SPLITS } from '../splits.ts'
import { VISDRONE_CATEGORIES } from '../visdrone/categories.ts'
import { convertDataset, type ConversionReport, type ConvertOptions } from './convert-dataset.ts'
import { FORMATS } from './formats.ts'

const WRITTEN = LABEL_FORMATS.filter((format) => FORMATS[format].write)
const CLASSES = VISDRONE_CATEGORIES.slice(1)

let root: Awaited<ReturnType<typeof temporaryFolder>>
let stock: ReturnType<typeof imageStock>
let runs = 0

beforeAll(async () => {
  root = await temporaryFolder()
  stock = imageStock(join(root.path, 'stock'))
})
afterAll(() => root[Symbol.asyncDispose]())

const newFolder = (): string => join(root.path, `set-${++runs}`)

async function convert(from: LabelFormat, source: string, to: LabelFormat, more: Partial<ConvertOptions> = {}) {
  const output = newFolder()
  const report = await convertDataset({
    source,
    from,
    to,
    output,
    images: 'link',
    now: new Date(0),
    imagePrefix: 's3://bucket/set',
    ...more,
  })
  return { output, report }
}

/** Sizes of photographs as they come, small to very large. */
const SIZES = [
  [64, 48],
  [1280, 720],
  [5472, 3648],
  [377, 1284],
] as const

/** Whole-pixel boxes, no two alike, within the frame. */
const boxesIn = ([w, h]: readonly [number, number], classes: readonly string[]): fc.Arbitrary<StatedBox[]> =>
  fc.uniqueArray(
    fc
      .tuple(
        fc.constantFrom(...classes),
        fc.integer({ min: 0, max: w - 3 }),
        fc.integer({ min: 0, max: h - 3 }),
        fc.integer({ min: 2, max: w }),
        fc.integer({ min: 2, max: h }),
      )
      .map(([className, x, y, bw, bh]) => ({
        className,
        boxXyxyPx: [x, y, Math.min(w, x + bw), Math.min(h, y + bh)] as const,
      })),
    { maxLength: 6, selector: (box) => `${box.className} ${box.boxXyxyPx.join(' ')}` },
  )

const stem = fc.stringMatching(/^[A-Za-z0-9äß()_ -]{1,12}$/).filter((name) => name.trim() === name)

const imagesOf = (
  classes: readonly string[],
  splits: readonly (typeof SPLITS)[number][],
): fc.Arbitrary<StatedImage[]> =>
  fc.uniqueArray(
    fc
      .tuple(stem, splits.length === 0 ? fc.constant(undefined) : fc.constantFrom(...splits), fc.constantFrom(...SIZES))
      .chain(([name, split, sizePx]) =>
        fc.oneof({ weight: 4, arbitrary: boxesIn(sizePx, classes) }, fc.constant(undefined)).map((boxes) => ({
          name: `${name}.png`,
          split,
          sizePx,
          boxes,
        })),
      ),
    { minLength: 1, maxLength: 5, selector: ({ name }) => name.toLowerCase().normalize('NFC') },
  )

/** A set that lists at least one image in every format: the second keeps only those of which something is known. */
const sets = fc
  .tuple(fc.constantFrom([], SPLITS), fc.constantFrom(2, CLASSES.length))
  .chain(([splits, count]) => imagesOf(CLASSES.slice(0, count), splits))
  .filter((images) => images.some(({ boxes }) => boxes))

const expected = (images: readonly StatedImage[]): Record<string, readonly string[]> =>
  Object.fromEntries(
    images.flatMap(({ name, split, boxes }) =>
      boxes
        ? [
            [
              `${split ?? ''}/${name.slice(0, -4)}`,
              boxes.map(({ className, boxXyxyPx }) => [className, ...boxXyxyPx].join(' ')),
            ],
          ]
        : [],
    ),
  )

/** Every format followed by every format once: a de Bruijn sequence, from the Lyndon words in order. */
const TOUR = WRITTEN.flatMap((a, i) => [a, ...WRITTEN.slice(i + 1).flatMap((b) => [a, b])])

/** What may be reported of sound sets: odd boxes that are kept, and images of which nothing is known. */
const ALLOWED: ReadonlySet<string> = new Set(['tiny', 'huge', 'whole-frame', 'missing-file', 'not-carried'])

test('whole-pixel boxes stay the same from every format to every other', async () => {
  const property = fc.asyncProperty(sets, async (images) => {
    let [source, from]: [string, LabelFormat] = [newFolder(), 'yolo']
    await writeYoloSet(source, CLASSES, images, stock)
    for (const to of [...TOUR, TOUR[0]!]) {
      const { output, report } = await convert(from, source, to)
      const step = `${from} to ${to}`
      expect([step, report.labels.dropped]).toEqual([step, 0])
      expect([step, ...Object.keys(report.labels.counts).filter((kind) => !ALLOWED.has(kind))]).toEqual([step])
      const { images: found } = await readSet(output, to)
      const known = Object.entries(found).filter(([, boxes]) => boxes !== 'unknown')
      // An image of which nothing is known must not turn up as background on the way.
      expect([step, Object.fromEntries(known)]).toEqual([step, expected(images)])
      await rm(source, { recursive: true, force: true })
      ;[source, from] = [output, to]
    }
    await rm(source, { recursive: true, force: true })
  })
  await fc.assert(property, { numRuns: 2, endOnFailure: true })
})

describe('on real photographs', () => {
  const shared = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
  describe.skipIf(!existsSync(shared))('of sets beside the repository (skipped where they are not)', () => {
    test.each([
      ['minsk-drone-cars', 724],
      ['kit-ais-munich-vehicles', 2340],
    ])('%s: %i boxes through every format and back to YOLO', async (name, boxes) => {
      const source = join(shared, name)
      const reports: ConversionReport[] = []
      const original = await convert('yolo', source, 'yolo')
      const { images: before, classes } = await readSet(original.output, 'yolo', { decimals: 3 })
      for (const format of WRITTEN) {
        // The categories of VisDrone have no minibus and no cyclist.
        const others = Object.entries({ minibus: 'van', cyclist: 'bicycle' }).filter(([old]) => classes.includes(old))
        const rename = format === 'visdrone' ? { rename: new Map(others) } : {}
        const there = await convert('yolo', source, format, rename)
        const back = await convert(format, there.output, 'yolo')
        reports.push(there.report, back.report)
        const { images: after } = await readSet(back.output, 'yolo', { decimals: 3 })
        const moved = maximalMove(before, after)
        // Formats of whole pixels move a side by half a pixel at most; the others by the sixth decimal of a fraction.
        expect(moved).toBeLessThan(format === 'coco' || format === 'yolo' ? 0.01 : 0.51)
      }
      for (const { labels } of reports) expect([labels.lines, labels.kept, labels.dropped]).toEqual([boxes, boxes, 0])
    })
  })
})

/** Largest distance between sides of boxes in the same place of the same image. */
function maximalMove(
  before: Readonly<Record<string, readonly string[] | 'unknown'>>,
  after: Readonly<Record<string, readonly string[] | 'unknown'>>,
): number {
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort())
  let most = 0
  for (const [image, boxes] of Object.entries(before)) {
    const others = after[image] as readonly string[]
    expect(others.length).toBe(boxes.length)
    for (const [index, box] of (boxes as readonly string[]).entries()) {
      const [a, b] = [box, others[index]!].map((text) => text.split(' ').slice(-4).map(Number))
      most = Math.max(most, ...a!.map((side, k) => Math.abs(side - b![k]!)))
    }
  }
  return most
}
