import { type ActionName, actionOf } from '../edit/keymap.ts'
import { grow, nudge, relabel } from '../edit/sheet.ts'
import { pan } from '../edit/viewport.ts'
import type { Workbench } from './workbench.ts'

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const FAR = 10
/** How far an arrow moves the view, CSS pixels. */
const PAN_PX = 60

/** Gives the selected box, and the boxes drawn from now on, a class. */
export function chooseClass(bench: Workbench, label: string): void {
  bench.currentLabel = label
  const { selected } = bench
  if (selected) bench.edit((sheet) => relabel(sheet, selected.id, label))
  bench.tell('look')
}

/** @param acts one function for everything that a key can do */
export function attachKeyboard(bench: Workbench, acts: Readonly<Record<ActionName, () => void>>): void {
  document.addEventListener('keydown', (event) => {
    const { target } = event
    if (target instanceof Element && target.closest('input, textarea, select, dialog')) return
    // A control that is focused by Tab keeps the keys that work it.
    const onControl = target instanceof Element && target.closest('button, summary, [role=option]') !== null
    if (onControl && (event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey) return

    const arrow = ARROWS[event.key]
    if (arrow && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      pushArrow(bench, arrow, event)
      return
    }
    if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const label = bench.labels[Number(event.key) - 1]
      if (label !== undefined) chooseClass(bench, label)
      return
    }
    const action = actionOf(event)
    if (action === undefined) return
    event.preventDefault()
    acts[action]()
  })
}

function pushArrow(
  bench: Workbench,
  [x, y]: readonly [number, number],
  { shiftKey, altKey }: Pick<KeyboardEvent, 'shiftKey' | 'altKey'>,
): void {
  const { selected } = bench
  if (!selected) {
    bench.look(pan(bench.view, -x * PAN_PX, -y * PAN_PX, bench.size, bench.screen))
    return
  }
  const step = shiftKey ? FAR : 1
  const edit = altKey ? grow : nudge
  bench.edit((sheet) => edit(sheet, selected.id, x * step, y * step, bench.size))
}
