import { expect, test } from 'vitest'
import { decodeDetections } from '../../src/yolo/predict/nms.ts'
import { greatestDifference, readFixture } from './fixture.ts'

interface Case {
  readonly classCount: number
  readonly confidence: number
  readonly iou: number
  readonly multiLabel: boolean
  readonly maxDetections: number
}

const fixture = await readFixture('nms')
const cases = fixture.source['cases'] as Record<string, Case>

test.each(Object.entries(cases))(
  'of crowded detections the same are kept as by the reference trainer: %s',
  (name, options) => {
    const values = fixture.values(`${name}/output`)
    const anchors = fixture.shape(`${name}/output`)[2] as number
    const found = decodeDetections(
      { kind: 'boxes', batch: 1, classCount: options.classCount, anchors, values },
      options,
    )
    const kept = fixture.values(`${name}/kept`)
    const rows = (column: number): number[] => Array.from({ length: kept.length / 6 }, (_, i) => kept[i * 6 + column]!)
    // Scores are all different, so score and class name the anchor.
    expect(found.map(({ confidence }) => confidence)).toEqual(rows(4))
    expect(found.map(({ classId }) => classId)).toEqual(rows(5))
    for (const side of [0, 1, 2, 3] as const) {
      expect(
        greatestDifference(
          found.map(({ box }) => box[side]),
          rows(side),
        ),
      ).toBeLessThan(1e-3)
    }
  },
)
