import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LabelledBox } from '../formats/yolo-labels.ts'
import { cutFrame, planTileRects, type Tiling } from './tile-frame.ts'

const TILING: Tiling = { size: 640, overlap: 0.2, scale: 0.5 }

const box = (width: number, height: number, x1: number, y1: number, x2: number, y2: number): LabelledBox => ({
  classId: 0,
  boxXyxyNorm: [x1 / width, y1 / height, x2 / width, y2 / height],
})

test('a 1920 x 1080 frame becomes four by two tiles that share at least a fifth', () => {
  const rects = planTileRects(1920, 1080, TILING)
  expect(rects.map(({ x, y }) => `${x},${y}`)).toEqual([
    '0,0',
    '427,0',
    '853,0',
    '1280,0',
    '0,440',
    '427,440',
    '853,440',
    '1280,440',
  ])
  expect(rects.every(({ width, height }) => width === 640 && height === 640)).toBe(true)
})

test('a frame smaller than a tile is one tile of its own size', () => {
  expect(planTileRects(500, 700, TILING)).toEqual([
    { x: 0, y: 0, width: 500, height: 640 },
    { x: 0, y: 60, width: 500, height: 640 },
  ])
  expect(planTileRects(500, 300, TILING)).toEqual([{ x: 0, y: 0, width: 500, height: 300 }])
})

describe('cutFrame', () => {
  // Two tiles of 100 px over 180 px: x 0..100 and 80..180.
  const narrow: Tiling = { size: 100, overlap: 0.2, scale: 1 }

  test('a box in the overlap stands in both tiles, as fractions of each', () => {
    const { tiles } = cutFrame(180, 100, [box(180, 100, 82, 10, 98, 30)], narrow, 0.3)
    const sides = tiles.map((tile) => tile.boxes[0]!.boxXyxyNorm.map((n) => Math.round(n * 1e6) / 1e6))
    expect(sides).toEqual([
      [0.82, 0.1, 0.98, 0.3],
      [0.02, 0.1, 0.18, 0.3],
    ])
    expect(tiles.map((tile) => tile.cut)).toEqual([0, 0])
  })

  test('a box is cut at the edge where enough of it shows, and left out where not', () => {
    // 60..110: 40 of its 50 px lie in the first tile (0.8), 30 in the second (0.6).
    const boxes = [box(180, 100, 60, 0, 110, 50)]
    expect(cutFrame(180, 100, boxes, narrow, 0.5).tiles.map((tile) => tile.boxes.length)).toEqual([1, 1])
    const strict = cutFrame(180, 100, boxes, narrow, 0.7)
    expect(strict.tiles.map((tile) => [tile.boxes.length, tile.cut])).toEqual([
      [1, 1],
      [0, 0],
    ])
    expect(strict.tiles[0]!.boxes[0]!.boxXyxyNorm.map((n) => Math.round(n * 1e6) / 1e6)).toEqual([0.6, 0, 1, 0.5])
    expect(strict.rescued).toBe(0)
  })

  test('a box larger than any tile goes to the one that shows most of it', () => {
    const { tiles, rescued } = cutFrame(180, 100, [box(180, 100, 0, 0, 170, 100)], narrow, 0.7)
    expect([rescued, tiles[0]!.boxes.length, tiles[1]!.boxes.length]).toEqual([1, 1, 0])
  })

  test('no box is lost, whatever the frame, the tiling and the boxes', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    const boxes = fc.array(
      fc.tuple(unit, unit, unit, unit).map(([a, b, c, d]): LabelledBox => {
        const [x1, y1] = [Math.min(a, c) * 0.99, Math.min(b, d) * 0.99]
        return { classId: 0, boxXyxyNorm: [x1, y1, Math.max(a, c, x1 + 0.01), Math.max(b, d, y1 + 0.01)] }
      }),
      { maxLength: 10 },
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 32, max: 400 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        unit,
        boxes,
        (width, height, size, overlap, minVisible, list) => {
          const marked = list.map((item, classId) => ({ ...item, classId }))
          const { tiles, rescued } = cutFrame(width, height, marked, { size, overlap, scale: 1 }, minVisible)
          const kept = new Set(tiles.flatMap((tile) => tile.boxes.map((item) => item.classId)))
          expect(kept.size).toBe(marked.length)
          expect(rescued).toBeLessThanOrEqual(marked.length)
          for (const { rect, boxes: inside } of tiles) {
            expect(rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height).toBe(
              true,
            )
            for (const {
              boxXyxyNorm: [x1, y1, x2, y2],
            } of inside) {
              expect(x1 >= 0 && y1 >= 0 && x2 <= 1 && y2 <= 1 && x2 > x1 && y2 > y1).toBe(true)
            }
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('tiles cover every pixel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 32, max: 700 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (length, size, overlap) => {
          const xs = planTileRects(length, 10, { size, overlap, scale: 1 })
          expect(xs[0]!.x).toBe(0)
          expect(xs.at(-1)!.x + xs.at(-1)!.width).toBe(length)
          xs.slice(1).forEach((rect, k) => expect(rect.x).toBeLessThanOrEqual(xs[k]!.x + xs[k]!.width))
        },
      ),
    )
  })
})
