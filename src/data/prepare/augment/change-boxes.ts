import type { LabelledBox } from '../../formats/yolo-labels.ts'
import type { Change } from './change.ts'
import { mosaicPlacements, zoomPlacement, type Placement } from './placement.ts'

export interface ChangedBoxes {
  readonly boxes: readonly LabelledBox[]
  /** Boxes of which less than `minVisible` was left. */
  readonly cutAway: number
}

/**
 * What becomes of an image's boxes. Flips and turns are exact; zooming in cuts boxes at the edge and drops those of which
 * too little shows. Light, hue, blur and noise leave them.
 *
 * @param size of the image, pixels
 * @param othersBoxes of a mosaic's other three images
 */
export function changeBoxes(
  boxes: readonly LabelledBox[],
  change: Change,
  size: { readonly width: number; readonly height: number },
  minVisible: number,
  othersBoxes: readonly (readonly LabelledBox[])[] = [],
): ChangedBoxes {
  switch (change.kind) {
    case 'mosaic':
      return {
        boxes: mosaicPlacements(size.width, size.height).flatMap((quarter, k) =>
          map([boxes, ...othersBoxes][k] ?? [], (box) => placeBox(box, quarter, size)),
        ),
        cutAway: 0,
      }
    case 'flip':
      return { boxes: map(boxes, (box) => flipBox(box, change.axis)), cutAway: 0 }
    case 'rotate':
      return { boxes: map(boxes, (box) => turnBox(box, change.quarterTurns)), cutAway: 0 }
    case 'zoom':
      return zoomBoxes(boxes, zoomPlacement(size.width, size.height, change), size, minVisible)
    case 'light':
    case 'hue':
    case 'blur':
    case 'noise':
      return { boxes, cutAway: 0 }
  }
}

type Box = LabelledBox['boxXyxyNorm']

function map(boxes: readonly LabelledBox[], change: (box: Box) => Box): LabelledBox[] {
  return boxes.map((box) => ({ ...box, boxXyxyNorm: change(box.boxXyxyNorm) }))
}

function flipBox([x1, y1, x2, y2]: Box, axis: 'x' | 'y' | 'xy'): Box {
  const [left, right] = axis === 'y' ? [x1, x2] : [1 - x2, 1 - x1]
  const [top, bottom] = axis === 'x' ? [y1, y2] : [1 - y2, 1 - y1]
  return [left, top, right, bottom]
}

/** A point at (x, y) comes to (1 - y, x) by one turn clockwise. */
function turnBox([x1, y1, x2, y2]: Box, quarterTurns: 1 | 2 | 3): Box {
  if (quarterTurns === 1) return [1 - y2, x1, 1 - y1, x2]
  if (quarterTurns === 2) return [1 - x2, 1 - y2, 1 - x1, 1 - y1]
  return [y1, 1 - x2, y2, 1 - x1]
}

function placeBox([x1, y1, x2, y2]: Box, to: Placement, size: { width: number; height: number }): Box {
  const x = (side: number): number => (to.left + side * to.width) / size.width
  const y = (side: number): number => (to.top + side * to.height) / size.height
  return [x(x1), y(y1), x(x2), y(y2)]
}

function zoomBoxes(
  boxes: readonly LabelledBox[],
  to: Placement,
  size: { width: number; height: number },
  minVisible: number,
): ChangedBoxes {
  const kept = boxes.flatMap((box) => {
    const moved = placeBox(box.boxXyxyNorm, to, size)
    const [x1, y1, x2, y2] = moved
    const inside: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(1, x2), Math.min(1, y2)]
    const shown = areaOf(inside)
    return shown > 0 && shown >= minVisible * areaOf(moved) ? [{ ...box, boxXyxyNorm: inside }] : []
  })
  return { boxes: kept, cutAway: boxes.length - kept.length }
}

function areaOf([x1, y1, x2, y2]: Box): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1)
}
