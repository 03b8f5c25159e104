import type { Box, Point } from './box.ts'

/**
 * The box that a click at a point means: the smallest of those it touches, so that a box inside another can be reached.
 *
 * @param reach how far outside a box's edge still counts, in pixels of the image
 */
export function boxAt(boxes: readonly Box[], point: Point, reach: number): Box | undefined {
  let best: Box | undefined
  for (const box of boxes) {
    const touched =
      point.x >= box.x - reach &&
      point.x <= box.x + box.w + reach &&
      point.y >= box.y - reach &&
      point.y <= box.y + box.h + reach
    if (touched && (best === undefined || box.w * box.h < best.w * best.h)) best = box
  }
  return best
}
