import { expect, test } from 'vitest'
import { bandName, evaluateAltitudes } from './altitude-bands.ts'

const BOX = [0, 0, 10, 10] as const
const truth = ['low', 'edge', 'high', 'nowhere'].map((id) => ({
  id,
  boxesXyxyPx: Float32Array.from(BOX),
  classes: Int32Array.from([0]),
}))
const hit = { classId: 0, confidence: 0.9, box: BOX }

test('the score of each band is that of its own images, its lower edge included', () => {
  const altitudes = new Map([
    ['low', 59.9],
    ['edge', 60],
    ['high', 300],
  ])
  // Found at 60 m, missed at 59.9 m; at 300 m found below a false report: precision 1/2.
  const found = [
    { id: 'edge', detections: [hit] },
    {
      id: 'high',
      detections: [
        { ...hit, box: [50, 50, 60, 60] as const },
        { ...hit, confidence: 0.5 },
      ],
    },
    { id: 'nowhere', detections: [hit] },
  ]
  const { bands, unknown } = evaluateAltitudes(truth, found, 1, altitudes)
  expect(bands.map((band) => [bandName(band), band.images, band.boxes, Number(band.map50.toFixed(6))])).toEqual([
    ['30 to 60 m', 1, 1, 0],
    ['60 to 90 m', 1, 1, 1],
    ['120 m and more', 1, 1, 0.5],
  ])
  expect(unknown).toBe(1)
})

test('without any altitude there is no band, and all images are unknown', () => {
  expect(evaluateAltitudes(truth, [], 1, new Map([['low', NaN]]))).toEqual({ bands: [], unknown: 4 })
})

test("bands of one's own, which must ascend", () => {
  const altitudes = new Map([['low', 12]])
  expect(evaluateAltitudes(truth, [], 1, altitudes, [15]).bands.map(bandName)).toEqual(['under 15 m'])
  expect(() => evaluateAltitudes(truth, [], 1, altitudes, [60, 30])).toThrow(
    expect.objectContaining({ code: 'yolo.eval.altitude-bands' }),
  )
})
