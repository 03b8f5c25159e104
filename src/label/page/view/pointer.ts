import { type Box, moveInside, type Point, rectBetween } from '../edit/box.ts'
import { type Handle, HANDLE_CURSORS, handleAt, resize } from '../edit/handles.ts'
import { boxAt } from '../edit/hit-test.ts'
import { addBox, reshape } from '../edit/sheet.ts'
import { pan, toImage, zoomAt } from '../edit/viewport.ts'
import type { Stage } from './stage.ts'
import type { Workbench } from './workbench.ts'

/** How near to an edge or a handle the pointer has to be, CSS pixels. */
const REACH_PX = 7
/** A press that moves less than this is a click, CSS pixels. */
const CLICK_PX = 3
/** One notch of a wheel is about 100; a touchpad sends many small ones. */
const ZOOM_PER_WHEEL_PX = 0.0016

type Gesture =
  | { readonly kind: 'pan'; last: Point }
  | { readonly kind: 'draw'; readonly from: Point }
  | { readonly kind: 'move'; readonly box: Box; readonly from: Point }
  | { readonly kind: 'resize'; readonly box: Box; readonly handle: Handle }

/** Turns mouse, pen and touch into edits. One pointer at a time; Escape takes a gesture back. */
export function attachPointer(bench: Workbench, stage: Stage): { cancel(): boolean } {
  const { element } = stage
  let gesture: Gesture | undefined
  let pressedAt: Point | undefined
  let spaceHeld = false

  const at = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const reach = (): number => REACH_PX / bench.view.scale

  const begin = (event: PointerEvent): Gesture | undefined => {
    const screen = at(event)
    if (event.button === 1 || event.button === 2 || spaceHeld) return { kind: 'pan', last: screen }
    if (event.button !== 0 || bench.locked) return undefined
    const point = toImage(bench.view, screen)
    if (event.shiftKey || !bench.showBoxes) return { kind: 'draw', from: point }
    const { selected } = bench
    const handle = selected && handleAt(selected, point, reach())
    if (selected && handle) return { kind: 'resize', box: selected, handle }
    // The selected box keeps the pointer even where a smaller one lies in it.
    const box = (selected && boxAt([selected], point, 0)) ?? boxAt(bench.sheet.boxes, point, reach() / 2)
    return box ? { kind: 'move', box, from: point } : { kind: 'draw', from: point }
  }

  const follow = (screen: Point): void => {
    if (!gesture) return
    if (gesture.kind === 'pan') {
      bench.look(pan(bench.view, screen.x - gesture.last.x, screen.y - gesture.last.y, bench.size, bench.screen))
      gesture.last = screen
      return
    }
    const point = toImage(bench.view, screen)
    if (gesture.kind === 'draw') {
      bench.drag({ id: undefined, rect: clip(rectBetween(gesture.from, point)) })
    } else if (gesture.kind === 'move') {
      const { box, from } = gesture
      bench.drag({ id: box.id, rect: moveInside(box, point.x - from.x, point.y - from.y, bench.size) })
    } else {
      bench.drag({ id: gesture.box.id, rect: resize(gesture.box, gesture.handle, point, bench.size) })
    }
  }

  /** The part of a drawn box inside the image. */
  const clip = (rect: ReturnType<typeof rectBetween>): ReturnType<typeof rectBetween> => {
    const { width, height } = bench.size
    const inside = (x: number, most: number): number => Math.min(most, Math.max(0, x))
    return rectBetween(
      { x: inside(rect.x, width), y: inside(rect.y, height) },
      { x: inside(rect.x + rect.w, width), y: inside(rect.y + rect.h, height) },
    )
  }

  const finish = (): void => {
    const { live } = bench
    const ended = gesture
    gesture = undefined
    element.classList.remove('panning')
    if (!live || !ended || ended.kind === 'pan') return
    bench.live = undefined
    if (ended.kind !== 'draw') bench.edit((sheet) => reshape(sheet, ended.box.id, live.rect, bench.size))
    else if (live.rect.w > 0 && live.rect.h > 0) {
      bench.edit((sheet) => addBox(sheet, live.rect, bench.currentLabel, bench.size))
    }
    bench.tell('look')
  }

  element.addEventListener('pointerdown', (event) => {
    if (gesture) return
    gesture = begin(event)
    if (!gesture) return
    event.preventDefault()
    element.focus({ preventScroll: true })
    element.setPointerCapture(event.pointerId)
    pressedAt = at(event)
    if (gesture.kind === 'pan') element.classList.add('panning')
    else if (gesture.kind === 'move') bench.select(gesture.box.id)
    else if (gesture.kind === 'draw') bench.select(undefined)
    stage.pointAt(undefined)
  })
  element.addEventListener('pointermove', (event) => {
    const screen = at(event)
    if (!gesture) {
      hover(screen)
      return
    }
    const far = pressedAt === undefined || Math.hypot(screen.x - pressedAt.x, screen.y - pressedAt.y) >= CLICK_PX
    if (!far && gesture.kind !== 'pan') return
    pressedAt = undefined
    follow(screen)
  })
  element.addEventListener('pointerup', (event) => {
    finish()
    hover(at(event))
  })
  element.addEventListener('pointercancel', () => cancel())
  element.addEventListener('pointerleave', () => stage.pointAt(undefined))
  element.addEventListener('contextmenu', (event) => event.preventDefault())
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      if (!bench.picture) return
      if (event.shiftKey) {
        bench.look(pan(bench.view, -event.deltaX - event.deltaY, 0, bench.size, bench.screen))
        return
      }
      // Firefox counts lines; a pinch comes as a wheel with Ctrl and small steps.
      const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : 1) * (event.ctrlKey ? 6 : 1)
      bench.look(zoomAt(bench.view, Math.exp(-pixels * ZOOM_PER_WHEEL_PX), at(event), bench.size, bench.screen))
    },
    { passive: false },
  )
  document.addEventListener('keydown', (event) => {
    if (event.key !== ' ' || event.target !== element) return
    event.preventDefault()
    spaceHeld = true
    element.classList.add('grabbable')
  })
  document.addEventListener('keyup', (event) => {
    if (event.key !== ' ') return
    spaceHeld = false
    element.classList.remove('grabbable')
  })

  const hover = (screen: Point): void => {
    const point = toImage(bench.view, screen)
    const { selected } = bench
    const handle = selected && bench.showBoxes ? handleAt(selected, point, reach()) : undefined
    const over = handle !== undefined || (bench.showBoxes && boxAt(bench.sheet.boxes, point, reach() / 2) !== undefined)
    element.style.cursor = handle ? HANDLE_CURSORS[handle] : over ? 'move' : ''
    stage.pointAt(over ? undefined : screen)
  }

  const cancel = (): boolean => {
    if (!gesture) return false
    gesture = undefined
    element.classList.remove('panning')
    bench.drag(undefined)
    return true
  }
  return { cancel }
}
