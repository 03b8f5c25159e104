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
  /**
   * What becomes of two boxes that are one object. `nms`: the surer one stays, and only parts that seams have cut are
   * joined. `nmm`: the two are joined, by the share of the smaller box that they have in common. @default 'nms'
   */
  readonly merge?: MergeMethod | undefined
}

export type MergeMethod = 'nms' | 'nmm'

/** A box nearer than this to its tile's inner edge is taken as cut by it, in shares of the tile's side. */
const SEAM_MARGIN = 0.006

/** A cut box lying this much inside another one is a part of it. */
const PART_SHARE = 0.6

/** `nmm` joins boxes that have more than this share of the smaller one in common. @source Akyon et al. 2022, SAHI */
const JOINED_SHARE = 0.5

/** Two parts of one object agree across the seam: their sides along it overlap at least this much (IoU of intervals). */
const SEAM_AGREEMENT = 0.6

/** Most boxes that are compared with each other, which bounds the time of a crowded image. */
const MAX_CANDIDATES = 20_000

type Box = Detection['box']

interface Candidate {
  readonly detection: Detection
  readonly tile: number
  readonly seams: Seams
  /** Whether one of the seams cuts the box. */
  readonly cut: boolean
}

/** Positions of the tile's edges that cut a box and are not edges of the frame; undefined where none does. */
interface Seams {
  readonly left: number | undefined
  readonly top: number | undefined
  readonly right: number | undefined
  readonly bottom: number | undefined
}

/**
 * Joins the detections of overlapping tiles: of doubles the most confident stays, or with `nmm` their hull; a box cut at
 * a seam gives way to the whole one that the neighbouring tile saw; parts of an object larger than the overlap are merged
 * into their hull.
 *
 * @returns best first, clipped to the frame
 * @source non-maximum suppression and merging over slices as in Akyon et al. 2022, SAHI (arXiv:2202.06934)
 */
export function mergeTiles(tiles: readonly TileDetections[], options: MergeOptions): Detection[] {
  const candidates = tiles.flatMap(({ tile, detections }, index) =>
    detections.map((detection): Candidate => {
      const seams = seamsOf(detection.box, tile, options)
      return { detection, tile: index, seams, cut: isCut(seams) }
    }),
  )
  candidates.sort((a, b) => Number(a.cut) - Number(b.cut) || b.detection.confidence - a.detection.confidence)
  const kept: Candidate[] = []
  for (const candidate of candidates.slice(0, MAX_CANDIDATES)) keep(kept, candidate, options)
  return kept
    .map(({ detection }) => clip(detection, options))
    .filter(({ box }) => box[2] > box[0] && box[3] > box[1])
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, options.maxDetections)
}

/** Adds a box to those kept, or joins it with one of them; what is joined may in turn be the same as a third. */
function keep(kept: Candidate[], candidate: Candidate, options: MergeOptions): void {
  const index = kept.findIndex((other) => other.tile !== candidate.tile && isSame(other, candidate, options))
  const rival = kept[index]
  if (rival === undefined) {
    kept.push(candidate)
  } else if (candidate.cut ? rival.cut : options.merge === 'nmm') {
    kept.splice(index, 1)
    keep(kept, hull(rival, candidate), options)
  }
}

function isSame(kept: Candidate, candidate: Candidate, { iou, merge }: MergeOptions): boolean {
  const a = kept.detection
  const b = candidate.detection
  if (candidate.cut) {
    // A part is often taken for a smaller class (the front of a bus for a car), so parts of a whole box go whatever their class.
    if ((!kept.cut || a.classId === b.classId) && insideShare(a.box, b.box) > PART_SHARE) return true
    if (a.classId === b.classId && continues(kept, candidate)) return true
  }
  if (a.classId !== b.classId) return false
  return merge === 'nmm' ? insideShare(a.box, b.box) > JOINED_SHARE : boxIou(a.box, b.box) > iou
}

/**
 * Whether one box goes on where the other is cut: both span all that their tiles have in common, from one tile's edge to
 * the other's, and they agree across.
 */
function continues(a: Candidate, b: Candidate): boolean {
  const [p, q] = [a.detection.box, b.detection.box]
  const agree = (side: 0 | 1): boolean => {
    const shared = Math.min(p[side + 2]!, q[side + 2]!) - Math.max(p[side], q[side])
    const spanned = Math.max(p[side + 2]!, q[side + 2]!) - Math.min(p[side], q[side])
    return shared > SEAM_AGREEMENT * spanned
  }
  const spans = (side: 0 | 1, first: Box, end: number | undefined, second: Box, begin: number | undefined): boolean =>
    end !== undefined && begin !== undefined && begin <= end && first[side] <= begin && second[side + 2]! >= end
  return (
    (agree(1) && (spans(0, p, a.seams.right, q, b.seams.left) || spans(0, q, b.seams.right, p, a.seams.left))) ||
    (agree(0) && (spans(1, p, a.seams.bottom, q, b.seams.top) || spans(1, q, b.seams.bottom, p, a.seams.top)))
  )
}

/** Shared area over the area of the smaller box. */
function insideShare(a: Detection['box'], b: Detection['box']): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  return (width * height) / Math.min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
}

function seamsOf(box: Box, tile: Tile, frame: MergeOptions): Seams {
  const margin = tile.size * SEAM_MARGIN
  const [right, bottom] = [tile.x + tile.size, tile.y + tile.size]
  return {
    left: tile.x > 0 && box[0] < tile.x + margin ? tile.x : undefined,
    top: tile.y > 0 && box[1] < tile.y + margin ? tile.y : undefined,
    right: right < frame.width && box[2] > right - margin ? right : undefined,
    bottom: bottom < frame.height && box[3] > bottom - margin ? bottom : undefined,
  }
}

/** Both as one, which is cut where the box that reaches furthest is. */
function hull(a: Candidate, b: Candidate): Candidate {
  const [p, q] = [a.detection.box, b.detection.box]
  const seams: Seams = {
    left: (p[0] <= q[0] ? a : b).seams.left,
    top: (p[1] <= q[1] ? a : b).seams.top,
    right: (p[2] >= q[2] ? a : b).seams.right,
    bottom: (p[3] >= q[3] ? a : b).seams.bottom,
  }
  const box: Box = [Math.min(p[0], q[0]), Math.min(p[1], q[1]), Math.max(p[2], q[2]), Math.max(p[3], q[3])]
  const surer = a.detection.confidence >= b.detection.confidence ? a : b
  return { ...surer, seams, cut: isCut(seams), detection: { ...surer.detection, box } }
}

function isCut({ left, top, right, bottom }: Seams): boolean {
  return (left ?? top ?? right ?? bottom) !== undefined
}

function clip(detection: Detection, { width, height }: MergeOptions): Detection {
  const [x1, y1, x2, y2] = detection.box
  const box: Detection['box'] = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)]
  return { ...detection, box }
}
