import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Detection, evaluateDetections, type GroundTruthImage } from './coco-ap.ts'

interface Case {
  readonly name: string
  readonly classCount: number
  readonly truth: readonly { boxes: number[][]; classes: number[]; crowd?: number[]; areas?: number[] }[]
  readonly detections: readonly (readonly [number, number, [number, number, number, number]])[][]
  readonly expected: Record<string, number> & { perClass: readonly { ap50: number; ap50_95: number }[] }
}

// The first line names the program that wrote the numbers.
const [, ...cases] = (await readFile(new URL('../../../test/parity/coco-fixture.jsonl', import.meta.url), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

test.each(cases)('equals pycocotools to 1e-6: $name', ({ classCount, truth, detections, expected }) => {
  const metrics = evaluateDetections(
    truth.map((image, i) => ({
      id: String(i),
      boxesXyxyPx: Float32Array.from(image.boxes.flat()),
      classes: Int32Array.from(image.classes),
      ...(image.crowd && { crowd: Uint8Array.from(image.crowd) }),
      ...(image.areas && { areas: Float64Array.from(image.areas) }),
    })),
    detections.map((list, i) => ({
      id: String(i),
      detections: list.map(([classId, confidence, box]) => ({ classId, confidence, box })),
    })),
    classCount,
  )
  const { perClass, operatingPoint: _ours, ...numbers } = metrics
  const { perClass: expectedPerClass, ...expectedNumbers } = expected
  expect(Object.keys(numbers).sort()).toEqual(Object.keys(expectedNumbers).sort())
  const differences = [
    ...Object.entries(numbers).map(([key, value]) => ({ key, off: value - expectedNumbers[key]! })),
    ...expectedPerClass.flatMap(({ ap50, ap50_95 }, k) => [
      { key: `ap50 of class ${k}`, off: perClass[k]!.ap50 - ap50 },
      { key: `ap50_95 of class ${k}`, off: perClass[k]!.ap50_95 - ap50_95 },
    ]),
  ]
  expect(differences.filter(({ off }) => Math.abs(off) > 1e-9)).toEqual([])
})

const truthOf = (id: string, ...boxes: number[][]): GroundTruthImage => ({
  id,
  boxesXyxyPx: Float32Array.from(boxes.flat()),
  classes: Int32Array.from(boxes, () => 0),
})
const hit = (confidence: number, ...box: [number, number, number, number]): Detection => ({
  classId: 0,
  confidence,
  box,
})

test('two boxes, one found exactly, one false report above it: precision is 1/2 up to recall 1/2', () => {
  const metrics = evaluateDetections(
    [truthOf('a', [0, 0, 10, 10], [50, 50, 60, 60])],
    [{ id: 'a', detections: [hit(0.9, 80, 80, 90, 90), hit(0.8, 0, 0, 10, 10)] }],
    1,
  )
  // 51 of the 101 recall points (0, .01 .. .50) have precision 1/2, the others 0.
  expect(metrics.map50).toBeCloseTo((51 * 0.5) / 101, 12)
  expect(metrics.map50_95).toBeCloseTo((51 * 0.5) / 101, 12)
  expect(metrics.ar1).toBe(0)
  expect(metrics.ar10).toBe(0.5)
  expect(metrics.operatingPoint).toEqual({ confidence: 0.8, precision: 0.5, recall: 0.5, f1: 0.5 })
  expect(metrics.perClass).toMatchObject([{ classId: 0, boxes: 2 }])
})

test('an overlap of 0.6 counts for the thresholds .50, .55 and .60', () => {
  // 10x10 against 10x6 inside it: IoU 60/100.
  const metrics = evaluateDetections(
    [truthOf('a', [0, 0, 10, 10])],
    [{ id: 'a', detections: [hit(1, 0, 0, 10, 6)] }],
    1,
  )
  expect(metrics.map50).toBeCloseTo(1, 12)
  expect(metrics.map75).toBe(0)
  expect(metrics.map50_95).toBeCloseTo(0.3, 12)
})

test('a set without boxes has no average precision', () => {
  const metrics = evaluateDetections([truthOf('a')], [{ id: 'a', detections: [hit(0.9, 0, 0, 5, 5)] }], 1)
  expect([metrics.map50_95, metrics.map50, metrics.ar100]).toEqual([-1, -1, -1])
})

test.each([
  ['a class outside the list', [{ id: 'a', detections: [{ ...hit(1, 0, 0, 1, 1), classId: 1 }] }]],
  ['an unknown image', [{ id: 'b', detections: [] }]],
  ['a number that is not finite', [{ id: 'a', detections: [hit(Number.NaN, 0, 0, 1, 1)] }]],
  [
    'two lists for one image',
    [
      { id: 'a', detections: [] },
      { id: 'a', detections: [] },
    ],
  ],
])('refuses %s', (_what, detections) => {
  expect(() => evaluateDetections([truthOf('a')], detections, 1)).toThrow(
    expect.objectContaining({ code: 'yolo.eval.input' }),
  )
})
