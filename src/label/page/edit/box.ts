/** A box in pixels of the upright image: left, top, width and height. Numbers may be fractional while being dragged. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** One object as it stands on the page. */
export interface Box extends Rect {
  /** Unique within a task; never sent to the server. */
  readonly id: number
  readonly label: string
  /** Drawn dashed and not submitted until a person accepts it. */
  readonly proposed: boolean
  /** How sure the model was of a proposal, 0 to 1. */
  readonly confidence?: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** A box of fewer pixels than this on a side is almost surely a slip of the hand. */
export const SMALLEST_SIDE_PX = 3

export interface Point {
  readonly x: number
  readonly y: number
}

/** The rectangle between two corners in any order. */
export function rectBetween(a: Point, b: Point): Rect {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) }
}

/** The part of a rectangle that lies in the image, with whole pixel sides of at least 1. */
export function snapInside(rect: Rect, size: Size): Rect {
  const left = clamp(Math.round(rect.x), 0, size.width - 1)
  const top = clamp(Math.round(rect.y), 0, size.height - 1)
  const right = clamp(Math.round(rect.x + rect.w), left + 1, size.width)
  const bottom = clamp(Math.round(rect.y + rect.h), top + 1, size.height)
  return { x: left, y: top, w: right - left, h: bottom - top }
}

/** Shifts a rectangle, stopping at the image's edges so that its size stays. */
export function moveInside(rect: Rect, dx: number, dy: number, size: Size): Rect {
  return {
    x: clamp(rect.x + dx, 0, Math.max(0, size.width - rect.w)),
    y: clamp(rect.y + dy, 0, Math.max(0, size.height - rect.h)),
    w: rect.w,
    h: rect.h,
  }
}

/** Shared area over joint area, 0 to 1. */
export function overlap(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y)
  if (w <= 0 || h <= 0) return 0
  return (w * h) / (a.w * a.h + b.w * b.h - w * h)
}

export const isTiny = (rect: Rect): boolean => Math.min(rect.w, rect.h) < SMALLEST_SIDE_PX

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
