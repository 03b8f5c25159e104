import { clamp, type Point, type Rect, type Size } from './box.ts'

/** How the image lies on the screen: screen = image * scale + offset, in CSS pixels. */
export interface Viewport {
  readonly scale: number
  readonly offsetX: number
  readonly offsetY: number
}

/** Room around a fitted image, CSS pixels. */
const MARGIN_PX = 12
const MOST_SCALE = 40
/** How much of the image, or of the screen, stays in sight however far it is dragged. CSS pixels. */
const KEPT_PX = 80

export const toImage = (view: Viewport, point: Point): Point => ({
  x: (point.x - view.offsetX) / view.scale,
  y: (point.y - view.offsetY) / view.scale,
})

export const toScreen = (view: Viewport, point: Point): Point => ({
  x: point.x * view.scale + view.offsetX,
  y: point.y * view.scale + view.offsetY,
})

/** The whole image in the middle of the screen, as large as it goes. */
export function fit(image: Size, screen: Size): Viewport {
  return frame({ x: 0, y: 0, w: image.width, h: image.height }, screen, MOST_SCALE)
}

/** A part of the image in the middle of the screen. @param most largest scale, so that a tiny box is not blown up to mush */
export function frame(rect: Rect, screen: Size, most = 8): Viewport {
  const room = (side: number): number => Math.max(1, side - 2 * MARGIN_PX)
  const scale = Math.min(most, room(screen.width) / rect.w, room(screen.height) / rect.h)
  return {
    scale,
    offsetX: screen.width / 2 - (rect.x + rect.w / 2) * scale,
    offsetY: screen.height / 2 - (rect.y + rect.h / 2) * scale,
  }
}

/** Changes the scale so that the image under `at` stays under it. The least scale is half of the fitted one. */
export function zoomAt(view: Viewport, factor: number, at: Point, image: Size, screen: Size): Viewport {
  const least = fit(image, screen).scale / 2
  const scale = clamp(view.scale * factor, Math.min(least, 1), MOST_SCALE)
  const under = toImage(view, at)
  return keepInSight({ scale, offsetX: at.x - under.x * scale, offsetY: at.y - under.y * scale }, image, screen)
}

export function pan(view: Viewport, dx: number, dy: number, image: Size, screen: Size): Viewport {
  return keepInSight({ ...view, offsetX: view.offsetX + dx, offsetY: view.offsetY + dy }, image, screen)
}

function keepInSight(view: Viewport, image: Size, screen: Size): Viewport {
  const { scale } = view
  return {
    scale,
    offsetX: clamp(view.offsetX, KEPT_PX - image.width * scale, screen.width - KEPT_PX),
    offsetY: clamp(view.offsetY, KEPT_PX - image.height * scale, screen.height - KEPT_PX),
  }
}
