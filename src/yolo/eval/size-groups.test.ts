import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { evaluateDetections } from './coco-ap.ts'
import type { Detection, GroundTruthImage } from './detections.ts'
import { evaluateSizes } from './size-groups.ts'

const square = (x: number, side: number): [number, number, number, number] => [x, 0, x + side, side]
const truthOf = (...boxes: number[][]): GroundTruthImage => ({
  id: 'a',
  boxesXyxyPx: Float32Array.from(boxes.flat()),
  classes: Int32Array.from(boxes, () => 0),
})
const report = (box: readonly [number, number, number, number], confidence = 0.9): Detection => ({
  classId: 0,
  confidence,
  box,
})

test('each box counts in the group of its side alone', () => {
  // 4, 10, 20, 50 and 200 px; the 10 px one is missed, and the 20 px one is reported with 12 of its 20 columns: IoU 0.6.
  const boxes = [square(0, 4), square(100, 10), square(200, 20), square(300, 50), square(400, 200)]
  const found = [report(boxes[0]!), report([200, 0, 212, 20]), report(boxes[3]!), report(boxes[4]!)]
  const scores = evaluateSizes([truthOf(...boxes)], [{ id: 'a', detections: found }], 1)
  expect(scores.map(({ name, boxes: count, ap50 }) => [name, count, Number(ap50.toFixed(6))])).toEqual([
    ['very tiny', 1, 1],
    ['tiny', 1, 0],
    ['small', 1, 1],
    ['medium', 1, 1],
    ['large', 1, 1],
  ])
  // IoU 0.6 holds for the thresholds .50, .55 and .60 of ten.
  expect(scores[2]!.ap50_95).toBeCloseTo(0.3, 9)
})

test('a false report takes precision from its own size only', () => {
  const boxes = [square(0, 4), square(100, 10)]
  const found = [report(square(300, 10), 0.95), report(boxes[0]!), report(boxes[1]!)]
  const [veryTiny, tiny, small] = evaluateSizes([truthOf(...boxes)], [{ id: 'a', detections: found }], 1)
  expect(veryTiny!.ap50).toBeCloseTo(1, 9)
  expect(tiny!.ap50).toBeCloseTo(0.5, 9)
  expect(small).toMatchObject({ boxes: 0, ap50: -1, ap50_95: -1 })
})

test("medium and large are COCO's own groups, which the reference implementation's numbers prove", async () => {
  const lines = (await readFile(new URL('../../../test/parity/coco-fixture.jsonl', import.meta.url), 'utf8')).split(
    '\n',
  )
  const { truth, detections, classCount } = JSON.parse(lines[1]!) as {
    truth: { boxes: number[][]; classes: number[] }[]
    detections: [number, number, [number, number, number, number]][][]
    classCount: number
  }
  const images = truth.map(({ boxes, classes }, i) => ({
    id: String(i),
    boxesXyxyPx: Float32Array.from(boxes.flat()),
    classes: Int32Array.from(classes),
  }))
  const found = detections.map((list, i) => ({
    id: String(i),
    detections: list.map(([classId, confidence, box]) => ({ classId, confidence, box })),
  }))
  const metrics = evaluateDetections(images, found, classCount)
  const sizes = evaluateSizes(images, found, classCount)
  expect(sizes[3]!.ap50_95).toBeCloseTo(metrics.mapMedium, 12)
  expect(sizes[4]!.ap50_95).toBeCloseTo(metrics.mapLarge, 12)
  expect(sizes.slice(0, 3).every(({ boxes }) => boxes > 0)).toBe(true)
})
