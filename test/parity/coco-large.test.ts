import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import {
  type Detection,
  type DetectionImage,
  evaluateDetections,
  type GroundTruthImage,
} from '../../src/yolo/eval/coco-ap.ts'
import { words } from './seeded.ts'

interface Fixture {
  readonly images: number
  readonly classCount: number
  readonly boxes: number
  readonly detections: number
  readonly expected: Readonly<Record<string, number>>
  readonly perClass: readonly { readonly ap50: number; readonly ap50_95: number }[]
}

/** x, y, w, h in eighths of a pixel */
type Eighths = readonly [number, number, number, number]

/** Random words of one box; false reports use six. */
type Row = readonly [number, number, number, number, number, number, number, number]

interface Real {
  readonly slot: number
  readonly box: Eighths
  readonly kind: number
  readonly isCrowd: boolean
}

const fixture = JSON.parse(await readFile(new URL('fixtures/coco-large.json', import.meta.url), 'utf8')) as Fixture

const [TRUTH_SLOTS, TRUTH_WORDS, FALSE_SLOTS, FALSE_WORDS] = [12, 8, 4, 6]
const SIZES = [200, 800, 3000]

test('equals pycocotools to 1e-9 on 5,000 images of 80 classes', () => {
  const { truth, detections } = scenes(fixture.images, fixture.classCount)
  expect(truth.reduce((sum, { classes }) => sum + classes.length, 0)).toBe(fixture.boxes)
  expect(detections.reduce((sum, image) => sum + image.detections.length, 0)).toBe(fixture.detections)
  const { perClass, ...metrics } = evaluateDetections(truth, detections, fixture.classCount)
  const off = [
    ...Object.entries(fixture.expected).map(([key, value]) => (metrics[key as keyof typeof metrics] as number) - value),
    ...fixture.perClass.flatMap(({ ap50, ap50_95 }, k) => [perClass[k]!.ap50 - ap50, perClass[k]!.ap50_95 - ap50_95]),
  ]
  expect(off).toHaveLength(12 + 2 * fixture.classCount)
  expect(off.filter((difference) => !(Math.abs(difference) < 1e-9))).toEqual([])
})

/** The images of coco_large_fixture.py. */
function scenes(images: number, classCount: number): { truth: GroundTruthImage[]; detections: DetectionImage[] } {
  const truthRows = rowsOf('coco-large/truth', images * TRUTH_SLOTS, TRUTH_WORDS)
  const foundRows = [0, 1].map((copy) => rowsOf(`coco-large/found/${copy}`, images * TRUTH_SLOTS, TRUTH_WORDS))
  const falseRows = rowsOf('coco-large/false', images * FALSE_SLOTS, FALSE_WORDS)
  const truth: GroundTruthImage[] = []
  const detections: DetectionImage[] = []
  for (let image = 0; image < images; image++) {
    const real: Real[] = []
    for (let slot = image * TRUTH_SLOTS; slot < (image + 1) * TRUTH_SLOTS; slot++) {
      const [present, x, y, size, w, h, kind, crowd] = truthRows(slot)
      if (present % 12 >= 7) continue
      const largest = SIZES[size % 3]!
      const box: Eighths = [x % 4000, y % 4000, 8 + (w % largest), 8 + (h % largest)]
      real.push({ slot, box, kind: kind % classCount, isCrowd: crowd % 40 === 0 })
    }
    truth.push({
      id: String(image),
      boxesXyxyPx: Float32Array.from(real.flatMap(({ box }) => corners(box))),
      classes: Int32Array.from(real, ({ kind }) => kind),
      crowd: Uint8Array.from(real, ({ isCrowd }) => Number(isCrowd)),
    })
    const found = foundRows.flatMap((rows, copy) => real.flatMap((each) => report(each, rows(each.slot), copy)))
    for (let slot = image * FALSE_SLOTS; slot < (image + 1) * FALSE_SLOTS; slot++) {
      const [x, y, w, h, kind, score] = falseRows(slot)
      const box = corners([x % 4000, y % 4000, 8 + (w % 800), 8 + (h % 800)])
      found.push({ classId: kind % classCount, confidence: ((score % 600) + 1) / 1000, box })
    }
    detections.push({ id: String(image), detections: found })
  }
  return { truth, detections }

  /** A real box moved by up to a fifth of its sides, sometimes as another class; or nothing. */
  function report(real: Real, row: Row, copy: number): Detection[] {
    const [seen, dx, dy, dw, dh, kind, score, other] = row
    if (seen % 4 >= (copy === 0 ? 3 : 1)) return []
    const [x, y, w, h] = real.box
    const shift = (word: number, side: number): number => (word % (2 * Math.floor(side / 5) + 1)) - Math.floor(side / 5)
    const box = corners([
      x + shift(dx, w),
      y + shift(dy, h),
      Math.max(w + shift(dw, w), 4),
      Math.max(h + shift(dh, h), 4),
    ])
    return [{ classId: other % 8 === 0 ? kind % classCount : real.kind, confidence: ((score % 1000) + 1) / 1000, box }]
  }
}

function rowsOf(key: string, slots: number, size: number): (slot: number) => Row {
  const all = words(key, slots * size)
  return (slot) => Array.from(all.subarray(slot * size, (slot + 1) * size)) as unknown as Row
}

function corners([x, y, w, h]: Eighths): [number, number, number, number] {
  return [x / 8, y / 8, (x + w) / 8, (y + h) / 8]
}
