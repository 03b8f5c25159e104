import type { Box, Rect, Size } from '../edit/box.ts'
import { begin, type History, record, redo, undo } from '../edit/history.ts'
import { type GivenBox, openSheet, select, selectedBox, type Sheet } from '../edit/sheet.ts'
import { fit, type Viewport } from '../edit/viewport.ts'
import type { Picture } from './image-store.ts'

/** What of the workbench has changed; listeners repaint only what they must. */
export type Change = 'picture' | 'view' | 'boxes' | 'live' | 'look'

/** A box while a hand is on it: not yet an edit. */
export interface LiveBox {
  /** The box being moved or resized; undefined while a new one is drawn. */
  readonly id: number | undefined
  readonly rect: Rect
}

/**
 * What lies on the table: one picture, its boxes with their history, and how they are looked at.
 * The only mutable state of the page that more than one part reads.
 */
export class Workbench {
  readonly labels: readonly string[]
  picture: Picture | undefined
  view: Viewport = { scale: 1, offsetX: 0, offsetY: 0 }
  screen: Size = { width: 1, height: 1 }
  live: LiveBox | undefined
  currentLabel: string
  showBoxes = true
  showNames = true
  /** Whether edits are refused: no task, or it is being sent. */
  locked = true
  #history: History<Sheet> = begin(openSheet([]))
  readonly #colours = new Map<string, number>()
  readonly #listeners = new Set<(change: Change) => void>()

  constructor(labels: readonly string[]) {
    this.labels = labels
    this.currentLabel = labels[0] ?? ''
    for (const label of labels) this.colourIndex(label)
  }

  get sheet(): Sheet {
    return this.#history.present
  }

  get selected(): Box | undefined {
    return selectedBox(this.sheet)
  }

  get size(): Size {
    return this.picture?.size ?? { width: 1, height: 1 }
  }

  get canUndo(): boolean {
    return this.#history.past.length > 0
  }

  get canRedo(): boolean {
    return this.#history.future.length > 0
  }

  listen(listener: (change: Change) => void): void {
    this.#listeners.add(listener)
  }

  /** Position of a label's colour: the work's labels come first, then others in the order in which they appear. */
  colourIndex(label: string): number {
    const known = this.#colours.get(label)
    if (known !== undefined) return known
    this.#colours.set(label, this.#colours.size)
    return this.#colours.size - 1
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** Puts another picture on the table, its history empty. */
  open(picture: Picture | undefined, boxes: readonly GivenBox[]): void {
    this.picture = picture
    this.live = undefined
    this.#history = begin(openSheet(boxes, picture?.size))
    if (picture !== undefined) this.view = fit(picture.size, this.screen)
    this.locked = picture === undefined
    this.tell('picture')
    this.tell('boxes')
  }

  /** An edit that can be undone. */
  edit(change: (sheet: Sheet) => Sheet): void {
    if (this.locked) return
    const before = this.#history
    this.#history = record(before, change(before.present))
    if (this.#history !== before) this.tell('boxes')
  }

  /** Selecting is not an edit: undo does not bring it back. */
  select(id: number | undefined): void {
    const present = select(this.#history.present, id)
    if (present === this.#history.present) return
    this.#history = { ...this.#history, present }
    this.tell('boxes')
  }

  undo(): void {
    if (this.locked || !this.canUndo) return
    this.#history = undo(this.#history)
    this.tell('boxes')
  }

  redo(): void {
    if (this.locked || !this.canRedo) return
    this.#history = redo(this.#history)
    this.tell('boxes')
  }

  look(view: Viewport): void {
    this.view = view
    this.tell('view')
  }

  drag(live: LiveBox | undefined): void {
    const began = (this.live === undefined) !== (live === undefined)
    this.live = live
    // The other boxes are painted anew only when one leaves or rejoins them.
    this.tell(began ? 'look' : 'live')
  }
}
