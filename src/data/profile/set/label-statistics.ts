import type { LabelReport } from '../../formats/label-issue.ts'
import type { LabelledBox } from '../../formats/yolo-labels.ts'
import type { SetLabels } from '../read/read-labels.ts'
import { describeValues, type Distribution } from './distribution.ts'
import type { ImageRow } from './profile-image-row.ts'

/** What the labels of a set are like. */
export interface LabelStatistics {
  readonly boxes: number
  /** Readable images with a label file. */
  readonly labelledImages: number
  /** Of these, images without a box. */
  readonly backgroundImages: number
  /** Readable images without label file. */
  readonly unlabelledImages: number
  readonly namesKnown: boolean
  readonly classes: readonly ClassStatistics[]
  readonly boxesPerImage: Distribution | undefined
  /** Square root of a box's area, pixels of the file. */
  readonly sidePx: Distribution | undefined
  /** The same in metres on the ground, of boxes on images that look down and whose ground sample distance is known. */
  readonly sideM: Distribution | undefined
  /** Longer over shorter side. */
  readonly elongation: Distribution | undefined
  /** Boxes that touch the edge of their image. */
  readonly atEdge: number
  /** Boxes by where their centre is: rows from top to bottom, columns from left to right. */
  readonly centres: readonly (readonly number[])[]
  /** What was wrong with label lines. */
  readonly report: LabelReport
}

export interface ClassStatistics {
  readonly id: number
  readonly name: string
  readonly boxes: number
  readonly images: number
  /** Of all boxes, 0 to 1. */
  readonly share: number
  readonly medianSidePx: number | undefined
  readonly medianSideM: number | undefined
}

const CENTRE_CELLS = 24

/** Fractions of a frame: nearer to its edge than this is at it. */
const EDGE = 1e-3

/** Views that look farther from straight down than this give no sizes in metres. */
const MOST_OFF_NADIR_DEG = 30

/** @returns undefined for a set without labels */
export function describeLabels(
  images: readonly ImageRow[],
  labels: SetLabels | undefined,
): LabelStatistics | undefined {
  if (!labels) return undefined
  const sides: Side[] = []
  const perImage: number[] = []
  const elongations: number[] = []
  const centres = Array.from({ length: CENTRE_CELLS }, () => Array.from({ length: CENTRE_CELLS }, () => 0))
  let atEdge = 0
  for (const image of images) {
    const boxes = labels.boxes.get(image.path)
    if (!boxes) continue
    perImage.push(boxes.length)
    for (const box of boxes) {
      const side = sideOf(box, image)
      sides.push(side)
      elongations.push(side.elongation)
      const [x1, y1, x2, y2] = box.boxXyxyNorm
      if (x1 < EDGE || y1 < EDGE || x2 > 1 - EDGE || y2 > 1 - EDGE) atEdge++
      const row = Math.min(CENTRE_CELLS - 1, Math.floor(((y1 + y2) / 2) * CENTRE_CELLS))
      const column = Math.min(CENTRE_CELLS - 1, Math.floor(((x1 + x2) / 2) * CENTRE_CELLS))
      centres[row]![column]!++
    }
  }
  return {
    boxes: sides.length,
    labelledImages: perImage.length,
    backgroundImages: perImage.filter((count) => count === 0).length,
    unlabelledImages: images.length - perImage.length,
    namesKnown: labels.namesKnown,
    classes: labels.classNames.map((name, id) => describeClass(name, id, sides)),
    boxesPerImage: describeValues(perImage, 'linear'),
    sidePx: describeValues(
      sides.map(({ px }) => px),
      'log',
    ),
    sideM: describeValues(
      sides.map(({ m }) => m),
      'log',
    ),
    elongation: describeValues(elongations, 'linear'),
    atEdge,
    centres,
    report: labels.report,
  }
}

interface Side {
  readonly classId: number
  readonly image: string
  readonly px: number
  readonly m: number | undefined
  readonly elongation: number
}

function sideOf({ classId, boxXyxyNorm: [x1, y1, x2, y2] }: LabelledBox, image: ImageRow): Side {
  const [w, h] = [(x2 - x1) * image.width, (y2 - y1) * image.height]
  const px = Math.sqrt(w * h)
  // The ground sample is that of the image's centre: in an oblique view it says little of a box at the edge.
  const { cmPerPx: cm, offNadirDeg = 0 } = image.groundSample ?? { cmPerPx: undefined }
  return {
    classId,
    image: image.path,
    px,
    m: cm === undefined || offNadirDeg > MOST_OFF_NADIR_DEG ? undefined : (px * cm) / 100,
    elongation: Math.max(w, h) / Math.min(w, h),
  }
}

function describeClass(name: string, id: number, all: readonly Side[]): ClassStatistics {
  const sides = all.filter(({ classId }) => classId === id)
  return {
    id,
    name,
    boxes: sides.length,
    images: new Set(sides.map(({ image }) => image)).size,
    share: all.length === 0 ? 0 : sides.length / all.length,
    medianSidePx: describeValues(
      sides.map(({ px }) => px),
      'log',
    )?.median,
    medianSideM: describeValues(
      sides.map(({ m }) => m),
      'log',
    )?.median,
  }
}
