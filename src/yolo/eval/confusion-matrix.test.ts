import { expect, test } from 'vitest'
import { confusionMatrix } from './confusion-matrix.ts'

test('counts a right, a mistaken, a missed and an invented box', () => {
  const { counts } = confusionMatrix(
    [
      {
        id: 'a',
        boxesXyxyPx: Float32Array.from([0, 0, 10, 10, 20, 0, 30, 10, 40, 0, 50, 10]),
        classes: Int32Array.from([0, 0, 1]),
      },
    ],
    [
      {
        id: 'a',
        detections: [
          { classId: 0, confidence: 0.9, box: [0, 0, 10, 9] },
          { classId: 1, confidence: 0.9, box: [20, 0, 30, 10] },
          { classId: 1, confidence: 0.9, box: [70, 70, 80, 80] },
          { classId: 1, confidence: 0.1, box: [40, 0, 50, 10] },
        ],
      },
    ],
    2,
  )
  expect(counts).toEqual([
    [1, 1, 0],
    [0, 0, 1],
    [0, 1, 0],
  ])
})
