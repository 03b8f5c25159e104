import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeTiles } from './merge-tiles.ts'
import { knownTiling, parseTiling, planTiles } from './tiles.ts'

test('a 1920x1080 frame at 640 px and 20 % overlap, half size, is 4 x 2 tiles at even offsets ending at its edges', () => {
  const tiles = planTiles(1920, 1080, { size: 640, overlap: 0.2, scale: 0.5 })
  expect(tiles.map((tile) => [tile.x, tile.y])).toEqual([
    [0, 0],
    [426, 0],
    [854, 0],
    [1280, 0],
    [0, 440],
    [426, 440],
    [854, 440],
    [1280, 440],
  ])
})

test('tiles cover every pixel and share at least the overlap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 32, max: 900 }),
      fc.double({ min: 0, max: 0.8, noNaN: true }),
      (width, size, overlap) => {
        const xs = planTiles(width, 1, { size, overlap, scale: 1 }).map((tile) => tile.x)
        expect(xs[0]).toBe(0)
        expect(xs.at(-1)).toBe(Math.max(0, width - size))
        for (let i = 1; i < xs.length; i++) expect(xs[i]! - xs[i - 1]!).toBeLessThanOrEqual(size * (1 - overlap) + 1)
      },
    ),
  )
})

test('too many tiles are refused with the numbers', () => {
  expect(() => planTiles(20_000, 20_000, { size: 64, overlap: 0.5, scale: 1 })).toThrow('at most 4096')
})

test.each(['{"size":0,"overlap":0,"scale":1}', '{"size":640,"overlap":0.95,"scale":1}', '[]', '{"size":"640"}'])(
  'refuses the tiling %s',
  (text) => expect(() => parseTiling(text)).toThrow(expect.objectContaining({ code: 'yolo.predict.tiling' })),
)

test('a missing or null tiling means whole frames', () => {
  expect([parseTiling(undefined), parseTiling('null')]).toEqual([null, null])
})

const frame = { width: 180, height: 100, iou: 0.5, maxDetections: 10 }
const left = { x: 0, y: 0, size: 100 }
const right = { x: 80, y: 0, size: 100 }

test('a box seen whole by two tiles is reported once, with the higher confidence', () => {
  const merged = mergeTiles(
    [
      { tile: left, detections: [{ classId: 0, confidence: 0.6, box: [85, 10, 95, 20] }] },
      { tile: right, detections: [{ classId: 0, confidence: 0.8, box: [85, 10, 96, 20] }] },
    ],
    frame,
  )
  expect(merged).toEqual([{ classId: 0, confidence: 0.8, box: [85, 10, 96, 20] }])
})

test('a part cut at a seam gives way to the whole box even when it is surer and of another class', () => {
  const merged = mergeTiles(
    [
      { tile: left, detections: [{ classId: 1, confidence: 0.9, box: [90, 10, 100, 20] }] },
      { tile: right, detections: [{ classId: 0, confidence: 0.5, box: [90, 10, 125, 20] }] },
    ],
    frame,
  )
  expect(merged).toEqual([{ classId: 0, confidence: 0.5, box: [90, 10, 125, 20] }])
})

test('parts of an object larger than the overlap become their hull', () => {
  const merged = mergeTiles(
    [
      { tile: left, detections: [{ classId: 0, confidence: 0.7, box: [70, 10, 100, 20] }] },
      { tile: right, detections: [{ classId: 0, confidence: 0.5, box: [80, 10, 110, 20] }] },
    ],
    frame,
  )
  expect(merged).toEqual([{ classId: 0, confidence: 0.7, box: [70, 10, 110, 20] }])
})

const part = (box: readonly [number, number, number, number], confidence = 0.5) => ({ classId: 0, confidence, box })

test('a long object cut at the seams of three tiles becomes one, though its parts hardly overlap', () => {
  const wide = { ...frame, width: 260 }
  const tiles = [
    { tile: left, detections: [part([10, 10, 100, 20], 0.9)] },
    { tile: right, detections: [part([80, 10, 180, 20], 0.6)] },
    { tile: { x: 160, y: 0, size: 100 }, detections: [part([160, 10, 250, 20], 0.7)] },
  ]
  expect(mergeTiles(tiles, wide)).toEqual([part([10, 10, 250, 20], 0.9)])
})

test('parts that do not reach across what the tiles have in common, or lie beside each other, stay apart', () => {
  const apart = [
    { tile: left, detections: [part([90, 10, 100, 20])] },
    { tile: right, detections: [part([80, 10, 86, 20])] },
  ]
  expect(mergeTiles(apart, frame)).toHaveLength(2)
  const beside = [
    { tile: left, detections: [part([60, 10, 100, 20])] },
    { tile: right, detections: [part([80, 16, 130, 26])] },
  ]
  expect(mergeTiles(beside, frame)).toHaveLength(2)
})

test('of two whole views nms keeps the surer, nmm joins them', () => {
  // 8 of the smaller one's 10 columns are common: IoU 8/12, share 0.8.
  const views = [
    { tile: left, detections: [part([82, 10, 92, 20], 0.9)] },
    { tile: right, detections: [part([84, 10, 94, 20], 0.8)] },
  ]
  expect(mergeTiles(views, frame)).toEqual([part([82, 10, 92, 20], 0.9)])
  expect(mergeTiles(views, { ...frame, merge: 'nmm' })).toEqual([part([82, 10, 94, 20], 0.9)])
  // A small box within a larger one of its class: their IoU is 0.25, the share 1.
  const nested = [
    { tile: left, detections: [part([82, 10, 92, 20], 0.9)] },
    { tile: right, detections: [part([85, 12, 90, 17], 0.8)] },
  ]
  expect(mergeTiles(nested, frame)).toHaveLength(2)
  expect(mergeTiles(nested, { ...frame, merge: 'nmm' })).toEqual([part([82, 10, 92, 20], 0.9)])
})

test('two objects in one tile stay two, and boxes are clipped to the frame', () => {
  const merged = mergeTiles(
    [
      {
        tile: left,
        detections: [
          { classId: 0, confidence: 0.7, box: [-4, 10, 20, 20] },
          { classId: 0, confidence: 0.6, box: [2, 10, 22, 20] },
        ],
      },
    ],
    frame,
  )
  expect(merged.map(({ box }) => box)).toEqual([
    [0, 10, 20, 20],
    [2, 10, 22, 20],
  ])
})

test.each([
  [undefined, 320, 320, undefined],
  ['null', 640, 384, null],
  ['{"size":640,"overlap":0.25,"scale":0.5}', 320, 320, { size: 640, overlap: 0.25, scale: 0.5 }],
  ['{"size":640,"overlap":0.25,"scale":0.5}', 640, 640, undefined],
  ['{"size":640,"overlap":0.25,"scale":0.5}', 320, 640, undefined],
])('what the tiling %s tells to a file of %i x %i px', (text, width, height, expected) => {
  expect(knownTiling(text, width, height)).toEqual(expected)
})
