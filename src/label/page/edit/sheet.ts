import { type Box, moveInside, overlap, type Rect, type Size, snapInside } from './box.ts'

/** The boxes of one image and which of them is selected. Every edit gives a new sheet, so that it can be undone. */
export interface Sheet {
  readonly boxes: readonly Box[]
  readonly selectedId: number | undefined
  /** The id that the next box gets. */
  readonly nextId: number
}

/** A box as it comes from outside. */
export interface GivenBox extends Rect {
  readonly label: string
  readonly proposed?: boolean
  readonly confidence?: number
}

/** Two boxes of a label that overlap more than this show one object twice. */
const SAME_OBJECT = 0.9

/** @param size of the image, by which proposals are cut: a model may see a car end outside */
export function openSheet(given: readonly GivenBox[], size?: Size): Sheet {
  const isSeen = ({ x, y, w, h }: Rect): boolean =>
    size === undefined || (x < size.width && y < size.height && x + w > 0 && y + h > 0)
  const boxes = given
    .filter((box) => box.proposed !== true || isSeen(box))
    .map((box, i) => {
      const proposed = box.proposed === true
      return { ...box, ...(proposed && size ? snapInside(box, size) : {}), id: i + 1, proposed }
    })
  return { boxes, selectedId: undefined, nextId: boxes.length + 1 }
}

export const selectedBox = (sheet: Sheet): Box | undefined => sheet.boxes.find(({ id }) => id === sheet.selectedId)

export const select = (sheet: Sheet, id: number | undefined): Sheet =>
  sheet.selectedId === id ? sheet : { ...sheet, selectedId: id }

/** Adds a drawn box and selects it. */
export function addBox(sheet: Sheet, rect: Rect, label: string, size: Size): Sheet {
  const box: Box = { ...snapInside(rect, size), id: sheet.nextId, label, proposed: false }
  return { boxes: [...sheet.boxes, box], selectedId: box.id, nextId: box.id + 1 }
}

/** Adds boxes from another image, except those that are here already. */
export function addCopies(sheet: Sheet, given: readonly GivenBox[], size: Size): Sheet {
  const boxes: Box[] = [...sheet.boxes]
  let id = sheet.nextId
  for (const { x, y, w, h, label } of given) {
    if (x >= size.width || y >= size.height || x + w <= 0 || y + h <= 0) continue
    const rect = snapInside({ x, y, w, h }, size)
    if (boxes.some((box) => box.label === label && overlap(box, rect) > SAME_OBJECT)) continue
    boxes.push({ ...rect, id: id++, label, proposed: false })
  }
  return id === sheet.nextId ? sheet : { boxes, selectedId: undefined, nextId: id }
}

function change(sheet: Sheet, id: number, edit: (box: Box) => Box): Sheet {
  return { ...sheet, boxes: sheet.boxes.map((box) => (box.id === id ? edit(box) : box)) }
}

/** Gives a box new sides. Whoever fixes a proposal has accepted it. */
export function reshape(sheet: Sheet, id: number, rect: Rect, size: Size): Sheet {
  const { x, y, w, h } = snapInside(rect, size)
  return change(sheet, id, (box) =>
    box.x === x && box.y === y && box.w === w && box.h === h ? box : { ...accepted(box), x, y, w, h },
  )
}

export function nudge(sheet: Sheet, id: number, dx: number, dy: number, size: Size): Sheet {
  return change(sheet, id, (box) => ({ ...accepted(box), ...moveInside(box, dx, dy, size) }))
}

/** Moves the right and bottom sides. */
export function grow(sheet: Sheet, id: number, dw: number, dh: number, size: Size): Sheet {
  return change(sheet, id, (box) => {
    const rect = { x: box.x, y: box.y, w: Math.max(1, box.w + dw), h: Math.max(1, box.h + dh) }
    return { ...accepted(box), ...snapInside(rect, size) }
  })
}

export const relabel = (sheet: Sheet, id: number, label: string): Sheet =>
  change(sheet, id, (box) => ({ ...accepted(box), label }))

/** Removes a box and selects its neighbour in the list, so that several can be removed in a row. */
export function remove(sheet: Sheet, id: number): Sheet {
  const index = sheet.boxes.findIndex((box) => box.id === id)
  if (index < 0) return sheet
  const boxes = sheet.boxes.toSpliced(index, 1)
  return {
    ...sheet,
    boxes,
    selectedId: sheet.selectedId === id ? boxes[Math.min(index, boxes.length - 1)]?.id : sheet.selectedId,
  }
}

export const proposals = (sheet: Sheet): readonly Box[] => sheet.boxes.filter((box) => box.proposed)

/** Accepts one proposal and goes on to the next. */
export function acceptOne(sheet: Sheet, id: number): Sheet {
  const after = change(sheet, id, accepted)
  return { ...after, selectedId: nextProposal(after, id)?.id ?? id }
}

/** Rejects one proposal and goes on to the next. */
export function rejectOne(sheet: Sheet, id: number): Sheet {
  const next = nextProposal(sheet, id)
  return { ...remove(sheet, id), selectedId: next?.id === id ? undefined : next?.id }
}

export const acceptAll = (sheet: Sheet): Sheet => ({ ...sheet, boxes: sheet.boxes.map(accepted) })

export function rejectAll(sheet: Sheet): Sheet {
  const boxes = sheet.boxes.filter((box) => !box.proposed)
  return { ...sheet, boxes, selectedId: boxes.some(({ id }) => id === sheet.selectedId) ? sheet.selectedId : undefined }
}

function accepted(box: Box): Box {
  return box.proposed ? { ...box, proposed: false } : box
}

/** The proposal after a box in list order, from the start again at the end. */
export function nextProposal(sheet: Sheet, afterId: number | undefined): Box | undefined {
  const index = sheet.boxes.findIndex((box) => box.id === afterId)
  return [...sheet.boxes.slice(index + 1), ...sheet.boxes.slice(0, index + 1)].find((box) => box.proposed)
}

/** The box before or after the selected one in list order. @param step 1 or -1 */
export function neighbour(sheet: Sheet, step: number): number | undefined {
  const { boxes } = sheet
  if (boxes.length === 0) return undefined
  const index = boxes.findIndex((box) => box.id === sheet.selectedId)
  const next = index < 0 ? (step > 0 ? 0 : boxes.length - 1) : (index + step + boxes.length) % boxes.length
  return boxes[next]?.id
}
