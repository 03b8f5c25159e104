import { clamp, type Point, type Rect, type Size } from './box.ts'

/** The eight places by which a box is resized, as points of the compass. */
export const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const
export type Handle = (typeof HANDLES)[number]

/** The cursor that shows what dragging a handle does. */
export const HANDLE_CURSORS: Readonly<Record<Handle, string>> = {
  nw: 'nwse-resize',
  n: 'ns-resize',
  ne: 'nesw-resize',
  e: 'ew-resize',
  se: 'nwse-resize',
  s: 'ns-resize',
  sw: 'nesw-resize',
  w: 'ew-resize',
}

export function handlePoint(rect: Rect, handle: Handle): Point {
  const x = handle.includes('w') ? rect.x : handle.includes('e') ? rect.x + rect.w : rect.x + rect.w / 2
  const y = handle.includes('n') ? rect.y : handle.includes('s') ? rect.y + rect.h : rect.y + rect.h / 2
  return { x, y }
}

/**
 * The handle under a point. Corners go before sides: on a small box all of them are near, and a corner does more.
 *
 * @param reach how far from a handle still counts, in pixels of the image
 */
export function handleAt(rect: Rect, point: Point, reach: number): Handle | undefined {
  // On a box that is smaller than its handles, the inside must stay free to move it.
  const inside = Math.min(reach, rect.w / 4, rect.h / 4)
  const near = (handle: Handle): boolean => {
    const at = handlePoint(rect, handle)
    const [dx, dy] = [point.x - at.x, point.y - at.y]
    const inwardX = handle.includes('w') ? dx > 0 : handle.includes('e') ? dx < 0 : true
    const inwardY = handle.includes('n') ? dy > 0 : handle.includes('s') ? dy < 0 : true
    const limit = inwardX && inwardY ? inside : reach
    return Math.max(Math.abs(dx), Math.abs(dy)) <= limit
  }
  return CORNERS.find(near) ?? SIDES.find(near)
}

export const CORNERS: readonly Handle[] = ['nw', 'ne', 'se', 'sw']
const SIDES: readonly Handle[] = ['n', 'e', 's', 'w']

/** Moves the sides that a handle holds to a point; dragged over the opposite side, the box turns inside out. */
export function resize(rect: Rect, handle: Handle, to: Point, size: Size): Rect {
  const x = clamp(to.x, 0, size.width)
  const y = clamp(to.y, 0, size.height)
  let [left, top, right, bottom] = [rect.x, rect.y, rect.x + rect.w, rect.y + rect.h]
  if (handle.includes('w')) left = x
  if (handle.includes('e')) right = x
  if (handle.includes('n')) top = y
  if (handle.includes('s')) bottom = y
  return { x: Math.min(left, right), y: Math.min(top, bottom), w: Math.abs(right - left), h: Math.abs(bottom - top) }
}
