/** Everything that a key can do. The page has one function for each. */
export const ACTIONS = {
  help: { keys: ['?'], does: 'show this help', group: 'Task' },
  submit: { keys: ['Ctrl+Enter'], does: 'submit and go to the next image', group: 'Task' },
  skip: { keys: ['S'], does: 'skip this image with a reason', group: 'Task' },
  guidelines: { keys: ['G'], does: 'show or hide the guidelines', group: 'Task' },
  quality: { keys: ['Q'], does: 'agreement between workers', group: 'Task' },
  cancel: { keys: ['Escape'], does: 'cancel what is under way, deselect, close', group: 'Task' },
  newBox: { keys: ['N'], does: 'new box in the middle of the view', group: 'Boxes' },
  nextBox: { keys: ['.'], does: 'select the next box', group: 'Boxes' },
  previousBox: { keys: [','], does: 'select the previous box', group: 'Boxes' },
  deleteBox: { keys: ['Delete', 'Backspace'], does: 'delete the selected box', group: 'Boxes' },
  copyPrevious: { keys: ['C'], does: 'copy the boxes of your previous image', group: 'Boxes' },
  undo: { keys: ['Ctrl+Z'], does: 'undo', group: 'Boxes' },
  redo: { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], does: 'redo', group: 'Boxes' },
  searchClass: { keys: ['/', '0'], does: 'search a class by name', group: 'Boxes' },
  accept: { keys: ['A'], does: 'accept the proposal, go to the next one', group: 'Proposals' },
  acceptAll: { keys: ['Shift+A'], does: 'accept all proposals', group: 'Proposals' },
  reject: { keys: ['R'], does: 'reject the proposal, go to the next one', group: 'Proposals' },
  rejectAll: { keys: ['Shift+R'], does: 'reject all proposals', group: 'Proposals' },
  nextProposal: { keys: ['P'], does: 'select the next proposal', group: 'Proposals' },
  fit: { keys: ['F'], does: 'fit the image', group: 'View' },
  actualSize: { keys: ['O'], does: '1:1, one image pixel on one screen pixel', group: 'View' },
  zoomToBox: { keys: ['Z'], does: 'zoom to the selected box', group: 'View' },
  zoomIn: { keys: ['+', '='], does: 'zoom in', group: 'View' },
  zoomOut: { keys: ['-'], does: 'zoom out', group: 'View' },
  toggleBoxes: { keys: ['H'], does: 'hide or show all boxes', group: 'View' },
  toggleLabels: { keys: ['L'], does: 'hide or show class names', group: 'View' },
} as const satisfies Record<string, { keys: readonly string[]; does: string; group: string }>

export type ActionName = keyof typeof ACTIONS

/** What the keys that take a direction or a number do; shown in the help beside {@link ACTIONS}. */
export const OTHER_KEYS: readonly { readonly keys: string; readonly does: string; readonly group: string }[] = [
  { keys: '1 … 9', does: 'class of the selected box, and of the next ones', group: 'Boxes' },
  { keys: 'Arrows', does: 'move the selected box by 1 px (Shift: 10), or the view', group: 'Boxes' },
  { keys: 'Alt+Arrows', does: 'move its right and lower side by 1 px (Shift: 10)', group: 'Boxes' },
  { keys: 'Shift+drag', does: 'draw a box on top of another', group: 'Mouse' },
  { keys: 'Drag', does: 'draw, or move the box under the pointer, or a handle', group: 'Mouse' },
  { keys: 'Wheel', does: 'zoom to the pointer', group: 'Mouse' },
  { keys: 'Space+drag, right drag', does: 'move the view', group: 'Mouse' },
]

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

const BY_KEY = new Map<string, ActionName>(
  (Object.keys(ACTIONS) as ActionName[]).flatMap((name) => ACTIONS[name].keys.map((key) => [key, name] as const)),
)

/** The action of a key press, if it has one. Command on a Mac counts as Ctrl. */
export function actionOf(press: KeyPress): ActionName | undefined {
  if (press.altKey) return undefined
  const letter = /^\p{L}$/u.test(press.key)
  // A symbol such as `?` or `+` may need Shift on the keyboard: only for letters and named keys is Shift a key of its own.
  const shift = press.shiftKey && (letter || press.key.length > 1) ? 'Shift+' : ''
  const ctrl = press.ctrlKey || press.metaKey ? 'Ctrl+' : ''
  return BY_KEY.get(`${ctrl}${shift}${letter ? press.key.toUpperCase() : press.key}`)
}
