import type { ActionName } from '../edit/keymap.ts'
import {
  acceptAll,
  acceptOne,
  addBox,
  neighbour,
  nextProposal,
  proposals,
  rejectAll,
  rejectOne,
  remove,
} from '../edit/sheet.ts'
import { fit, frame, toImage, toScreen, zoomAt } from '../edit/viewport.ts'
import { type Box, isTiny } from '../edit/box.ts'
import * as api from './api.ts'
import { showHelp, showQuality } from './dialogs.ts'
import { button, byId } from './dom.ts'
import { attachKeyboard } from './keyboard.ts'
import { createLabelling } from './labelling.ts'
import { attachPointer } from './pointer.ts'
import { untilReached } from './reach.ts'
import { attachSidePanel } from './side-panel.ts'
import { createStage } from './stage.ts'
import { say, toast } from './status.ts'
import { Workbench } from './workbench.ts'

const ZOOM_STEP = 1.25
/** A box made by key is this share of the view. */
const NEW_BOX_SHARE = 0.12

api.takeToken()
const info = await untilReached(api.getSession)
const bench = new Workbench(info.labels)
const stage = createStage(bench)
const pointer = attachPointer(bench, stage)
const panel = attachSidePanel(bench, reveal)
const labelling = createLabelling(bench, info)

const middle = () => ({ x: bench.screen.width / 2, y: bench.screen.height / 2 })
const zoom = (factor: number): void => bench.look(zoomAt(bench.view, factor, middle(), bench.size, bench.screen))

/** Moves the view only when the box is out of sight or too small to see. */
function reveal(box: Box): void {
  const at = toScreen(bench.view, box)
  const end = toScreen(bench.view, { x: box.x + box.w, y: box.y + box.h })
  const inSight = at.x >= 0 && at.y >= 0 && end.x <= bench.screen.width && end.y <= bench.screen.height
  if (!inSight || Math.max(end.x - at.x, end.y - at.y) < 14) bench.look(frame(box, bench.screen, bench.view.scale * 4))
}

function withSelected(act: (box: Box) => void): void {
  const { selected } = bench
  if (selected) act(selected)
  else toast('Select a box first: click it, or press . for the next one')
}

function go(id: number | undefined): void {
  bench.select(id)
  if (bench.selected) reveal(bench.selected)
}

/** The selected proposal, or the next one after selecting it. */
function withProposal(act: (box: Box) => void): void {
  const { selected } = bench
  if (selected?.proposed) {
    act(selected)
    if (bench.selected) reveal(bench.selected)
    return
  }
  const next = nextProposal(bench.sheet, selected?.id)
  if (next) go(next.id)
  else toast('There are no undecided proposals')
}

const acts: Readonly<Record<ActionName, () => void>> = {
  help: () => void showHelp(),
  submit: () => void labelling.submit(),
  skip: () => void labelling.skip(),
  guidelines: () => {
    const panelElement = byId('guidelines', HTMLDetailsElement)
    panelElement.open = !panelElement.open
  },
  quality: () => void untilReached(api.getQuality).then(showQuality, tellFailure),
  cancel: () => {
    if (!pointer.cancel()) bench.select(undefined)
  },
  newBox: () => {
    const { width, height } = bench.screen
    const at = toImage(bench.view, middle())
    const side = (Math.min(width, height) * NEW_BOX_SHARE) / bench.view.scale
    const rect = { x: at.x - side / 2, y: at.y - side / 2, w: side, h: side }
    bench.edit((sheet) => addBox(sheet, rect, bench.currentLabel, bench.size))
  },
  nextBox: () => go(neighbour(bench.sheet, 1)),
  previousBox: () => go(neighbour(bench.sheet, -1)),
  deleteBox: () => withSelected(({ id }) => bench.edit((sheet) => remove(sheet, id))),
  copyPrevious: () => labelling.copyPrevious(),
  undo: () => bench.undo(),
  redo: () => bench.redo(),
  searchClass: () => panel.searchClass(),
  accept: () => withProposal(({ id }) => bench.edit((sheet) => acceptOne(sheet, id))),
  acceptAll: () => bench.edit(acceptAll),
  reject: () => withProposal(({ id }) => bench.edit((sheet) => rejectOne(sheet, id))),
  rejectAll: () => bench.edit(rejectAll),
  nextProposal: () => go(nextProposal(bench.sheet, bench.sheet.selectedId)?.id),
  fit: () => bench.look(fit(bench.size, bench.screen)),
  actualSize: () =>
    bench.look(zoomAt(bench.view, 1 / devicePixelRatio / bench.view.scale, middle(), bench.size, bench.screen)),
  zoomToBox: () => withSelected((box) => bench.look(frame(box, bench.screen))),
  zoomIn: () => zoom(ZOOM_STEP),
  zoomOut: () => zoom(1 / ZOOM_STEP),
  toggleBoxes: () => {
    bench.showBoxes = !bench.showBoxes
    bench.tell('look')
  },
  toggleLabels: () => {
    bench.showNames = !bench.showNames
    bench.tell('look')
  },
}

function tellFailure(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), 'warn')
}

document.title = `${info.title} · Skyloop labelling`
byId('job-title', HTMLElement).textContent = info.title
byId('job-title', HTMLElement).title = info.title
byId('worker', HTMLElement).textContent = info.worker
byId('instructions', HTMLElement).textContent = info.instructions.trim() || 'No guidelines were given.'
byId('guidelines', HTMLDetailsElement).open = info.instructions.trim() !== ''
if (info.kind === 'verification') byId('class-title', HTMLElement).textContent = 'Are these boxes right?'
byId('open-help', HTMLElement).addEventListener('click', acts.help)

const undoButton = button('Undo', 'Ctrl+Z', acts.undo)
const redoButton = button('Redo', 'Ctrl+Y', acts.redo)
const deleteButton = button('Delete', 'Del', acts.deleteBox)
byId('edit-tools', HTMLElement).append(
  undoButton,
  redoButton,
  deleteButton,
  button('Copy previous', 'C', acts.copyPrevious),
  button('Agreement', 'Q', acts.quality),
)
byId('task-tools', HTMLElement).append(
  button('Skip', 'S', acts.skip),
  button('Submit', 'Ctrl+↵', acts.submit, { class: 'primary', id: 'submit' }),
)
byId('proposal-tools', HTMLElement).append(
  button('Next', 'P', acts.nextProposal),
  button('Accept all', '⇧A', acts.acceptAll),
  button('Reject all', '⇧R', acts.rejectAll),
)
byId('look-tools', HTMLElement).append(
  button('Boxes', 'H', acts.toggleBoxes, { id: 'show-boxes', 'aria-pressed': 'true' }),
  button('Names', 'L', acts.toggleLabels, { id: 'show-names', 'aria-pressed': 'true' }),
  button('Reset', undefined, resetLook),
)
const scale = document.createElement('output')
byId('zoom-tools', HTMLElement).append(
  button('−', undefined, acts.zoomOut, { 'aria-label': 'Zoom out', title: 'Zoom out  -' }),
  scale,
  button('+', undefined, acts.zoomIn, { 'aria-label': 'Zoom in', title: 'Zoom in  +' }),
  button('Fit', undefined, acts.fit, { title: 'Fit the image  F' }),
  button('1:1', undefined, acts.actualSize, { title: 'Actual pixels  O' }),
)
// What lies over the image is not part of it.
for (const id of ['zoom-tools', 'veil']) {
  for (const type of ['pointerdown', 'wheel'] as const) {
    byId(id, HTMLElement).addEventListener(type, (event) => event.stopPropagation())
  }
}

const brightness = byId('brightness', HTMLInputElement)
const contrast = byId('contrast', HTMLInputElement)
const adjust = (): void => stage.adjust(brightness.valueAsNumber, contrast.valueAsNumber)
brightness.addEventListener('input', adjust)
contrast.addEventListener('input', adjust)
function resetLook(): void {
  brightness.value = '1'
  contrast.value = '1'
  adjust()
}

bench.listen((change) => {
  if (change === 'view' || change === 'picture')
    scale.textContent = `${Math.round(bench.view.scale * devicePixelRatio * 100)} %`
  if (change === 'look') {
    byId('show-boxes', HTMLElement).setAttribute('aria-pressed', String(bench.showBoxes))
    byId('show-names', HTMLElement).setAttribute('aria-pressed', String(bench.showNames))
  }
  if (change !== 'boxes') return
  undoButton.disabled = !bench.canUndo
  redoButton.disabled = !bench.canRedo
  deleteButton.disabled = bench.selected === undefined
  const undecided = proposals(bench.sheet).length
  byId('proposal-panel', HTMLElement).hidden = undecided === 0
  byId('proposal-count', HTMLElement).textContent = String(undecided)
  const { selected } = bench
  if (!selected) return
  const { label, x, y, w, h, proposed } = selected
  const [left, top, width, height] = [x, y, w, h].map(Math.round)
  say(`${proposed ? 'proposed ' : ''}${label}, ${width} by ${height} pixels at ${left}, ${top}`)
  if (isTiny(selected)) toast(`This box is only ${width} × ${height} px: Delete removes it`, 'warn')
})

attachKeyboard(bench, acts)
await labelling.start()
