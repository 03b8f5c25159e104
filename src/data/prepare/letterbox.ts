import type { LabelledBox } from '../formats/yolo-labels.ts'

/** Level of the padding, the one that training and prediction use. */
export const PADDING_GREY = 114

/** A frame shrunk or enlarged into a square, its sides' ratio kept, in the middle. Whole pixels of the square. */
export interface Letterbox {
  readonly side: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Where a frame lies in a square of a side; what is left over by an odd padding comes to the right and below. */
export function letterboxOf(frameWidth: number, frameHeight: number, side: number): Letterbox {
  const scale = Math.min(side / frameWidth, side / frameHeight)
  const width = Math.max(1, Math.round(frameWidth * scale))
  const height = Math.max(1, Math.round(frameHeight * scale))
  return { side, left: Math.floor((side - width) / 2), top: Math.floor((side - height) / 2), width, height }
}

/** Boxes of a frame, as fractions of the square that it lies in. */
export function letterboxBoxes(
  boxes: readonly LabelledBox[],
  { side, left, top, width, height }: Letterbox,
): LabelledBox[] {
  const x = (norm: number): number => (left + norm * width) / side
  const y = (norm: number): number => (top + norm * height) / side
  return boxes.map((box) => {
    const [x1, y1, x2, y2] = box.boxXyxyNorm
    return { ...box, boxXyxyNorm: [x(x1), y(y1), x(x2), y(y2)] }
  })
}
