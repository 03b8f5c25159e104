/**
 * EXIF's eight ways in which a picture lies in its file: 1 upright, 2 mirrored, 3 upside down, 4 both, 5 and 7 transposed
 * along the main and the other diagonal, 6 to be turned by 90° clockwise for viewing, 8 counter-clockwise.
 *
 * @see CIPA DC-008 (EXIF 2.32), tag 0x0112
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** The values of 5 and above swap width and height. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5
}

/**
 * Where a point of the upright picture lies in the picture as the sensor read it. Points are corners of pixels, so the
 * whole picture is 0 to `width`.
 *
 * @param width of the upright picture, as `height`
 */
export function storedPoint(
  orientation: Orientation,
  width: number,
  height: number,
  [x, y]: readonly [number, number],
): readonly [number, number] {
  return STORED[orientation](x, y, width, height)
}

const STORED: Record<Orientation, (x: number, y: number, w: number, h: number) => readonly [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y, w) => [w - x, y],
  3: (x, y, w, h) => [w - x, h - y],
  4: (x, y, _w, h) => [x, h - y],
  5: (x, y) => [y, x],
  6: (x, y, w) => [y, w - x],
  7: (x, y, w, h) => [h - y, w - x],
  8: (x, y, _w, h) => [h - y, x],
}

/** Where a point of the stored picture is seen in the upright one, whose size is given. */
export function uprightPoint(
  orientation: Orientation,
  width: number,
  height: number,
  point: readonly [number, number],
): readonly [number, number] {
  // Six of the eight undo themselves; 6 and 8 undo each other.
  const inverse = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation
  const [storedW, storedH] = swapsSides(orientation) ? [height, width] : [width, height]
  return STORED[inverse](point[0], point[1], storedW, storedH)
}
