import { expect, test } from 'vitest'
import type { BoxesOutput } from '../runtime/network-output.ts'
import { decodeDetections } from './nms.ts'

/** Rows of cx cy w h and class probabilities, laid out as the network does: `[4 + K, A]`. */
function outputOf(...anchors: number[][]): BoxesOutput {
  const rows = anchors[0]!.length
  const values = Float32Array.from({ length: rows * anchors.length }, (_, i) => {
    return anchors[i % anchors.length]![Math.floor(i / anchors.length)]!
  })
  return { kind: 'boxes', batch: 1, classCount: rows - 4, anchors: anchors.length, values }
}
const options = { confidence: 0.3, iou: 0.5, maxDetections: 10 }

// Boxes 10 px wide: shifted by 2 px their IoU is 8/12, by 5 px 5/15.
const output = outputOf(
  [15, 15, 10, 10, 0.5, 0.125],
  [17, 15, 10, 10, 0.75, 0.5],
  [20, 15, 10, 10, 0.0625, 0.5],
  [60, 60, 10, 20, 0.25, 0.25],
)

test('keeps the best of overlapping boxes of a class, and boxes of different classes', () => {
  expect(decodeDetections(output, options)).toEqual([
    { classId: 0, confidence: 0.75, box: [12, 10, 22, 20] },
    { classId: 1, confidence: 0.5, box: [15, 10, 25, 20] },
  ])
})

test('reports every class above the threshold when asked to', () => {
  const found = decodeDetections(output, { ...options, multiLabel: true, iou: 0.9 })
  expect(found.map((d) => [d.classId, d.confidence, d.box[0]])).toEqual([
    [0, 0.75, 12],
    [0, 0.5, 10],
    [1, 0.5, 12],
    [1, 0.5, 15],
  ])
})

test('reads the wanted image of a batch and stops at the most detections', () => {
  const { values } = output
  const batch: BoxesOutput = {
    ...output,
    batch: 2,
    values: new Float32Array([...new Float32Array(values.length), ...values]),
  }
  expect(decodeDetections(batch, options)).toEqual([])
  expect(decodeDetections(batch, { ...options, batchIndex: 1, maxDetections: 1 })).toHaveLength(1)
  expect(() => decodeDetections(batch, { ...options, batchIndex: 2 })).toThrow('does not hold image 2')
})
