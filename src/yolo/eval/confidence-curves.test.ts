import { expect, test } from 'vitest'
import { CONFIDENCES, confidenceCurves, f1Curve, meanCurve } from './confidence-curves.ts'
import type { DetectionImage, GroundTruthImage } from './detections.ts'

// Two boxes of class 1, none of class 0. Found: a hit at .9, a miss at .6, a hit at .3.
const truth: GroundTruthImage[] = [
  { id: 'a', boxesXyxyPx: Float32Array.of(0, 0, 10, 10, 50, 50, 60, 60), classes: Int32Array.of(1, 1) },
]
const found: DetectionImage[] = [
  {
    id: 'a',
    detections: [
      { classId: 1, confidence: 0.9, box: [0, 0, 10, 10] },
      { classId: 1, confidence: 0.6, box: [80, 80, 90, 90] },
      { classId: 1, confidence: 0.3, box: [50, 50, 60, 60] },
    ],
  },
]
const at = (confidence: number): number => CONFIDENCES.indexOf(confidence)

test('precision and recall count the detections from a confidence on', () => {
  const curves = confidenceCurves(truth, found, 2)
  expect(curves.map(({ classId, boxes }) => [classId, boxes])).toEqual([[1, 2]])
  const { precision, recall, ap50, precisionAtRecall } = curves[0]!
  expect([0.95, 0.9, 0.7, 0.6, 0.3, 0].map((c) => precision[at(c)])).toEqual([1, 1, 1, 0.5, 2 / 3, 2 / 3])
  expect([0.95, 0.9, 0.6, 0.3].map((c) => recall[at(c)])).toEqual([0, 0.5, 0.5, 1])
  // Recall up to .5 at precision 1, beyond at 2/3: 51 and 50 of the 101 points.
  expect(ap50).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 9)
  expect(precisionAtRecall[50]).toBeCloseTo(1, 9)
  expect(precisionAtRecall[51]).toBeCloseTo(2 / 3, 9)
  expect(meanCurve([precisionAtRecall]).reduce((a, b) => a + b) / 101).toBeCloseTo(ap50, 9)
})

test('F1 is the harmonic mean, and the mean counts each class the same', () => {
  const f1 = f1Curve(confidenceCurves(truth, found, 2)[0]!)
  expect(f1[at(0.9)]).toBeCloseTo(2 / 3, 9)
  expect(f1[at(0.3)]).toBeCloseTo(0.8, 9)
  expect(f1[at(0.95)]).toBe(0)
  expect([...meanCurve([Float64Array.of(0, 1), Float64Array.of(1, 1)])]).toEqual([0.5, 1])
})
