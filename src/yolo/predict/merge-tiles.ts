import { boxIou, type Detection } from '../eval/detections.ts'
import type { Tile } from './tiles.ts'

/** Detections of one tile, boxes in pixels of the frame. */
export interface TileDetections {
  readonly tile: Tile
  readonly detections: readonly Detection[]
}

export interface MergeOptions {
  /** Width and height of the frame in pixels. */
  readonly width: number
  readonly height: number
  /** Boxes of one class from different tiles that overlap more than this are one object. */
  readonly iou: number
  readonly maxDetections: number
}

/** A box nearer than this to its tile's inner edge is taken as cut by it, in shares of the tile's side. */
const SEAM_MARGIN = 0.006

/** A cut box lying this much inside another one is a part of it. */
const PART_SHARE = 0.6

/** Most boxes that are compared with each other, which bounds the time of a crowded image. */
const MAX_CANDIDATES = 20_000

interface Candidate {
  readonly detection: Detection
  readonly tile: number
  /** Whether an edge of the tile that is not an edge of the frame cuts the box. */
  readonly cut: boolean
}

/**
 * Joins the detections of overlapping tiles: of doubles the most confident stays; a box cut at a seam gives way to the
 * whole one that the neighbouring tile saw; parts of an object larger than the overlap are merged into their hull.
 *
 * @returns best first, clipped to the frame
 * @source non-maximum suppression and merging over slices as in Akyon et al. 2022, SAHI (arXiv:2202.06934)
 */
export function mergeTiles(tiles: readonly TileDetections[], options: MergeOptions): Detection[] {
  const candidates = tiles.flatMap(({ tile, detections }, index) =>
    detections.map((detection): Candidate => ({ detection, tile: index, cut: isCut(detection.box, tile, options) })),
  )
  candidates.sort((a, b) => Number(a.cut) - Number(b.cut) || b.detection.confidence - a.detection.confidence)
  const kept: Candidate[] = []
  for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
    const rival = kept.findIndex((other) => other.tile !== candidate.tile && isSame(other, candidate, options.iou))
    if (rival < 0) kept.push(candidate)
    else if (kept[rival]!.cut && candidate.cut) kept[rival] = hull(kept[rival]!, candidate)
  }
  return kept
    .map(({ detection }) => clip(detection, options))
    .filter(({ box }) => box[2] > box[0] && box[3] > box[1])
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, options.maxDetections)
}

function isSame(kept: Candidate, candidate: Candidate, iou: number): boolean {
  const a = kept.detection
  const b = candidate.detection
  if (candidate.cut) {
    // A part is often taken for a smaller class (the front of a bus for a car), so parts of a whole box go whatever their class.
    if ((!kept.cut || a.classId === b.classId) && insideShare(a.box, b.box) > PART_SHARE) return true
  }
  return a.classId === b.classId && boxIou(a.box, b.box) > iou
}

/** Shared area over the area of the smaller box. */
function insideShare(a: Detection['box'], b: Detection['box']): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  return (width * height) / Math.min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
}

function isCut(box: Detection['box'], tile: Tile, frame: MergeOptions): boolean {
  const margin = tile.size * SEAM_MARGIN
  return (
    (tile.x > 0 && box[0] < tile.x + margin) ||
    (tile.y > 0 && box[1] < tile.y + margin) ||
    (tile.x + tile.size < frame.width && box[2] > tile.x + tile.size - margin) ||
    (tile.y + tile.size < frame.height && box[3] > tile.y + tile.size - margin)
  )
}

function hull(a: Candidate, b: Candidate): Candidate {
  const [p, q] = [a.detection.box, b.detection.box]
  return {
    ...a,
    detection: {
      ...a.detection,
      box: [Math.min(p[0], q[0]), Math.min(p[1], q[1]), Math.max(p[2], q[2]), Math.max(p[3], q[3])],
    },
  }
}

function clip(detection: Detection, { width, height }: MergeOptions): Detection {
  const [x1, y1, x2, y2] = detection.box
  const box: Detection['box'] = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)]
  return { ...detection, box }
}
