import type { Box } from '../edit/box.ts'
import { fit } from '../edit/viewport.ts'
import { byId } from './dom.ts'
import { clear, paintBoxes, type BoxPaint, paintCrosshair, paintPicture, paintSelected, type Canvas } from './paint.ts'
import { classColour } from './palette.ts'
import type { Workbench } from './workbench.ts'

interface Layer {
  readonly element: HTMLCanvasElement
  readonly canvas: Canvas
  stale: boolean
}

/** Where the picture is shown: three canvases over each other, so that dragging a box repaints that box alone. */
export interface Stage {
  readonly element: HTMLElement
  /** Pointer position for the crosshair in CSS pixels; undefined hides it. */
  pointAt(point: { readonly x: number; readonly y: number } | undefined): void
  /** @param brightness,contrast 1 is unchanged */
  adjust(brightness: number, contrast: number): void
}

export function createStage(bench: Workbench): Stage {
  const element = byId('stage', HTMLElement)
  const picture = layer('layer-picture')
  const boxes = layer('layer-boxes')
  const live = layer('layer-live')
  const layers = [picture, boxes, live]
  let pixelRatio = 1
  let crosshair: { readonly x: number; readonly y: number } | undefined
  let pending = false

  const colourOf = (label: string): string => classColour(bench.colourIndex(label))
  const boxPaint = (): BoxPaint => ({ view: bench.view, screen: bench.screen, names: bench.showNames, colourOf })

  const paint = (): void => {
    pending = false
    const { screen } = bench
    if (picture.stale) {
      clear(picture.canvas, screen)
      if (bench.picture) paintPicture(picture.canvas, bench.picture, bench.view, screen, pixelRatio)
    }
    if (boxes.stale) {
      clear(boxes.canvas, screen)
      if (bench.showBoxes) paintBoxes(boxes.canvas, resting(bench), boxPaint())
    }
    if (live.stale) {
      clear(live.canvas, screen)
      const shown = held(bench)
      if (shown && (bench.showBoxes || bench.live)) paintSelected(live.canvas, shown, boxPaint())
      if (crosshair && !bench.live && !bench.locked) paintCrosshair(live.canvas, crosshair.x, crosshair.y, screen)
    }
    for (const one of layers) one.stale = false
  }
  const stale = (...which: readonly Layer[]): void => {
    for (const one of which) one.stale = true
    if (pending) return
    pending = true
    requestAnimationFrame(paint)
  }

  bench.listen((change) => {
    if (change === 'picture' || change === 'view') stale(...layers)
    else if (change === 'live') stale(live)
    else stale(boxes, live)
  })

  new ResizeObserver(([entry]) => {
    if (!entry) return
    const { width, height } = entry.contentRect
    const before = bench.screen
    pixelRatio = devicePixelRatio
    bench.screen = { width, height }
    for (const { element: canvas, canvas: context } of layers) {
      canvas.width = Math.round(width * pixelRatio)
      canvas.height = Math.round(height * pixelRatio)
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
    }
    const wasFitted = bench.picture !== undefined && bench.view.scale === fit(bench.size, before).scale
    if (wasFitted) bench.view = fit(bench.size, bench.screen)
    bench.tell('view')
  }).observe(element)

  return {
    element,
    pointAt: (point) => {
      crosshair = point
      stale(live)
    },
    adjust: (brightness, contrast) => {
      const changed = brightness !== 1 || contrast !== 1
      picture.element.style.filter = changed ? `brightness(${brightness}) contrast(${contrast})` : ''
    },
  }
}

function layer(id: string): Layer {
  const element = byId(id, HTMLCanvasElement)
  const canvas = element.getContext('2d')
  if (!canvas) throw new Error('this browser has no canvas')
  return { element, canvas, stale: true }
}

/** The boxes that no hand is on. */
function resting(bench: Workbench): readonly Box[] {
  const { selectedId, boxes } = bench.sheet
  return boxes.filter(({ id }) => id !== selectedId)
}

/** The box that stands out: the one being dragged or drawn, else the selected one. */
function held(bench: Workbench): Box | undefined {
  const { live, selected } = bench
  if (!live) return selected
  if (live.id === undefined) return { ...live.rect, id: 0, label: bench.currentLabel, proposed: false }
  const box = bench.sheet.boxes.find(({ id }) => id === live.id)
  return box && { ...box, ...live.rect }
}
