import type { LabelledBox } from '../formats/yolo-labels.ts'

/** How frames are cut. The same numbers go into the model's metadata, so that prediction cuts alike. */
export interface Tiling {
  /** Side of a tile in pixels of the frame. */
  readonly size: number
  /** Share of a tile's side that neighbours have in common, 0 to 0.9. */
  readonly overlap: number
  /** Written pixels per frame pixel. */
  readonly scale: number
}

/** A rectangle of the frame, pixels. */
export interface TileRect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One tile and the boxes that belong to it, as fractions of the tile. */
export interface CutTile {
  readonly rect: TileRect
  readonly boxes: readonly LabelledBox[]
  /** Boxes cut by the tile's edge, of `boxes`. */
  readonly cut: number
}

export interface CutFrame {
  readonly tiles: readonly CutTile[]
  /** Boxes that no tile shows to `minVisible`; each was given to the tile that shows most of it. */
  readonly rescued: number
}

/**
 * Tiles that cover a frame, row by row; the last of a row ends at the frame's edge. A frame smaller than a tile is one
 * tile of its own size.
 */
export function planTileRects(width: number, height: number, tiling: Tiling): TileRect[] {
  const xs = offsets(width, tiling)
  const ys = offsets(height, tiling)
  return ys.flatMap((y) =>
    xs.map((x) => ({ x, y, width: Math.min(tiling.size, width), height: Math.min(tiling.size, height) })),
  )
}

function offsets(length: number, { size, overlap }: Tiling): number[] {
  if (length <= size) return [0]
  const count = Math.ceil((length - size) / (size * (1 - overlap))) + 1
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - size)) / (count - 1)))
}

/**
 * Gives every box to each tile that shows at least `minVisible` of its area, cut at the tile's edge; no box is lost.
 *
 * @param boxes fractions of the frame
 */
export function cutFrame(
  width: number,
  height: number,
  boxes: readonly LabelledBox[],
  tiling: Tiling,
  minVisible: number,
): CutFrame {
  const rects = planTileRects(width, height, tiling)
  const perTile: LabelledBox[][] = rects.map(() => [])
  const cuts = rects.map(() => 0)
  let rescued = 0
  for (const { classId, boxXyxyNorm } of boxes) {
    const box: Box = [boxXyxyNorm[0] * width, boxXyxyNorm[1] * height, boxXyxyNorm[2] * width, boxXyxyNorm[3] * height]
    const shown = rects.map((rect) => intersectionArea(box, rect) / areaOf(box))
    let takers = shown.flatMap((share, k) => (share > 0 && share >= minVisible ? [k] : []))
    if (takers.length === 0) {
      takers = [shown.indexOf(Math.max(...shown))]
      rescued++
    }
    for (const k of takers) {
      perTile[k]!.push({ classId, boxXyxyNorm: insideOf(box, rects[k]!) })
      if (shown[k]! < 1 - 1e-9) cuts[k]!++
    }
  }
  return { tiles: rects.map((rect, k) => ({ rect, boxes: perTile[k]!, cut: cuts[k]! })), rescued }
}

type Box = readonly [number, number, number, number]

function areaOf(box: Box): number {
  return (box[2] - box[0]) * (box[3] - box[1])
}

function intersectionArea(box: Box, rect: TileRect): number {
  const w = Math.min(box[2], rect.x + rect.width) - Math.max(box[0], rect.x)
  const h = Math.min(box[3], rect.y + rect.height) - Math.max(box[1], rect.y)
  return w > 0 && h > 0 ? w * h : 0
}

function insideOf(box: Box, rect: TileRect): Box {
  const x = (value: number): number => Math.min(1, Math.max(0, (value - rect.x) / rect.width))
  const y = (value: number): number => Math.min(1, Math.max(0, (value - rect.y) / rect.height))
  return [x(box[0]), y(box[1]), x(box[2]), y(box[3])]
}
