import type { Box, Rect, Size } from '../edit/box.ts'
import { CORNERS, handlePoint, HANDLES } from '../edit/handles.ts'
import { toImage, type Viewport } from '../edit/viewport.ts'
import type { Picture } from './image-store.ts'

export type Canvas = CanvasRenderingContext2D

/** Below this width on screen, in CSS pixels, a box bears no name. */
const LEAST_NAMED_PX = 14
/** With more boxes in sight than this, a box bears its name only where it is no wider than the box: names hide neighbours. */
const CROWD = 40
const HANDLE_PX = 8
/** Below this side on screen, in CSS pixels, only the corners show handles, smaller ones, so that the box is seen. */
const SMALL_BOX_PX = 36
const SMALL_HANDLE_PX = 5
const FONT = '600 11px system-ui, sans-serif'
/** From this scale on the image's pixels are shown as squares. */
const SQUARE_PIXELS_FROM = 3

export function clear(canvas: Canvas, screen: Size): void {
  canvas.clearRect(0, 0, screen.width, screen.height)
}

/** Paints the part of the picture that is in sight, from the smallest copy that is sharp enough. */
export function paintPicture(canvas: Canvas, picture: Picture, view: Viewport, screen: Size, pixelRatio: number): void {
  clear(canvas, screen)
  const wanted = view.scale * pixelRatio
  let level = 0
  while (level + 1 < picture.levels.length && wanted <= 1 / 2 ** (level + 1)) level++
  const bitmap = picture.levels[level]
  if (bitmap === undefined) return
  const ratioX = bitmap.width / picture.size.width
  const ratioY = bitmap.height / picture.size.height
  const from = toImage(view, { x: 0, y: 0 })
  const to = toImage(view, { x: screen.width, y: screen.height })
  const left = Math.max(0, Math.floor(from.x))
  const top = Math.max(0, Math.floor(from.y))
  const width = Math.min(picture.size.width, Math.ceil(to.x)) - left
  const height = Math.min(picture.size.height, Math.ceil(to.y)) - top
  if (width <= 0 || height <= 0) return
  canvas.imageSmoothingEnabled = view.scale < SQUARE_PIXELS_FROM
  canvas.drawImage(
    bitmap,
    left * ratioX,
    top * ratioY,
    width * ratioX,
    height * ratioY,
    left * view.scale + view.offsetX,
    top * view.scale + view.offsetY,
    width * view.scale,
    height * view.scale,
  )
}

const onScreen = (rect: Rect, view: Viewport): Rect => ({
  x: rect.x * view.scale + view.offsetX,
  y: rect.y * view.scale + view.offsetY,
  w: rect.w * view.scale,
  h: rect.h * view.scale,
})

const inSight = (rect: Rect, screen: Size): boolean =>
  rect.x <= screen.width && rect.y <= screen.height && rect.x + rect.w >= 0 && rect.y + rect.h >= 0

export interface BoxPaint {
  readonly view: Viewport
  readonly screen: Size
  readonly names: boolean
  readonly colourOf: (label: string) => string
}

/** Paints many boxes: one path per colour and kind, so that 500 boxes are a handful of strokes. */
export function paintBoxes(canvas: Canvas, boxes: readonly Box[], paint: BoxPaint): void {
  const groups = new Map<string, { path: Path2D; colour: string; proposed: boolean }>()
  const named: { rect: Rect; box: Box; colour: string }[] = []
  for (const box of boxes) {
    const rect = onScreen(box, paint.view)
    if (!inSight(rect, paint.screen)) continue
    const colour = paint.colourOf(box.label)
    const key = `${colour} ${box.proposed}`
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = { path: new Path2D(), colour, proposed: box.proposed }))
    group.path.rect(rect.x, rect.y, rect.w, rect.h)
    if (paint.names && rect.w >= LEAST_NAMED_PX) named.push({ rect, box, colour })
  }
  for (const { path, colour, proposed } of groups.values()) {
    canvas.setLineDash([])
    canvas.strokeStyle = 'rgb(0 0 0 / 55%)'
    canvas.lineWidth = 3.5
    canvas.stroke(path)
    canvas.setLineDash(proposed ? [6, 4] : [])
    canvas.strokeStyle = colour
    canvas.lineWidth = 1.6
    canvas.stroke(path)
  }
  canvas.setLineDash([])
  const crowded = named.length > CROWD
  for (const { rect, box, colour } of named) {
    const name = nameOf(box)
    if (!crowded || widthOf(canvas, name) <= rect.w) paintName(canvas, rect, name, colour)
  }
}

const nameOf = (box: Box): string =>
  box.proposed && box.confidence !== undefined ? `${box.label} ${Math.round(box.confidence * 100)}%` : box.label

const widths = new Map<string, number>()

function widthOf(canvas: Canvas, name: string): number {
  const known = widths.get(name)
  if (known !== undefined) return known
  canvas.font = FONT
  const { width } = canvas.measureText(name)
  widths.set(name, width)
  return width
}

function paintName(canvas: Canvas, rect: Rect, name: string, colour: string): void {
  const width = widthOf(canvas, name)
  canvas.font = FONT
  canvas.textBaseline = 'middle'
  const y = rect.y >= 16 ? rect.y - 15 : rect.y + 1
  canvas.fillStyle = colour
  canvas.fillRect(rect.x - 1, y, width + 8, 14)
  canvas.fillStyle = '#0b0f14'
  canvas.fillText(name, rect.x + 3, y + 7.5)
}

/** The selected box: tinted, outlined in white, with its handles. */
export function paintSelected(canvas: Canvas, box: Box, paint: BoxPaint): void {
  const rect = onScreen(box, paint.view)
  const colour = paint.colourOf(box.label)
  canvas.save()
  canvas.globalAlpha = 0.14
  canvas.fillStyle = colour
  canvas.fillRect(rect.x, rect.y, rect.w, rect.h)
  canvas.globalAlpha = 1
  canvas.strokeStyle = 'rgb(0 0 0 / 70%)'
  canvas.lineWidth = 5
  canvas.strokeRect(rect.x, rect.y, rect.w, rect.h)
  canvas.strokeStyle = '#ffffff'
  canvas.lineWidth = 2.5
  canvas.strokeRect(rect.x, rect.y, rect.w, rect.h)
  canvas.setLineDash(box.proposed ? [6, 4] : [])
  canvas.strokeStyle = colour
  canvas.lineWidth = 1.5
  canvas.strokeRect(rect.x, rect.y, rect.w, rect.h)
  canvas.setLineDash([])
  paintName(canvas, rect, `${nameOf(box)}  ${Math.round(box.w)} × ${Math.round(box.h)}`, colour)
  const isSmall = Math.min(rect.w, rect.h) < SMALL_BOX_PX
  const side = isSmall ? SMALL_HANDLE_PX : HANDLE_PX
  canvas.fillStyle = '#ffffff'
  canvas.strokeStyle = '#0b0f14'
  canvas.lineWidth = 1
  for (const handle of isSmall ? CORNERS : HANDLES) {
    const at = handlePoint(rect, handle)
    canvas.fillRect(at.x - side / 2, at.y - side / 2, side, side)
    canvas.strokeRect(at.x - side / 2, at.y - side / 2, side, side)
  }
  canvas.restore()
}

/** Thin lines through the pointer, to see where a new box will begin. */
export function paintCrosshair(canvas: Canvas, x: number, y: number, screen: Size): void {
  canvas.strokeStyle = 'rgb(255 255 255 / 45%)'
  canvas.lineWidth = 1
  canvas.beginPath()
  canvas.moveTo(Math.round(x) + 0.5, 0)
  canvas.lineTo(Math.round(x) + 0.5, screen.height)
  canvas.moveTo(0, Math.round(y) + 0.5)
  canvas.lineTo(screen.width, Math.round(y) + 0.5)
  canvas.stroke()
}
