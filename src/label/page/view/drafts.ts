import type { GivenBox } from '../edit/sheet.ts'
import type { ClaimedTask, WireBox } from '../protocol.ts'
import { saveDraft, UnreachableError } from './api.ts'
import { showSaved } from './status.ts'
import type { Workbench } from './workbench.ts'

/** A pause of this length ends a burst of edits; then they go to the server. */
const PAUSE_MS = 500
const RETRY_MS = 5000

export const toWire = ({ x, y, w, h, label, proposed, confidence }: GivenBox): WireBox => ({
  label,
  left: x,
  top: y,
  width: w,
  height: h,
  ...(proposed ? { proposed } : {}),
  ...(confidence === undefined ? {} : { confidence }),
})

export const fromWire = ({ left, top, width, height, ...rest }: WireBox): GivenBox => ({
  x: left,
  y: top,
  w: width,
  h: height,
  ...rest,
})

interface LocalDraft {
  readonly boxes: readonly WireBox[]
  /** Whether the server has it too. */
  readonly synced: boolean
}

const PREFIX = 'skyloop-label-draft'

/** Saves what stands on the workbench: at once in this browser, after a short pause on the server. */
export interface Drafts {
  /** @returns the boxes to begin with: those of this browser where it knows more than the server */
  open(task: ClaimedTask): readonly WireBox[]
  changed(): void
  /** The task is over: its draft is no longer needed here. */
  close(): void
  /** The draft is kept for when the image is claimed again, but no more saved. */
  suspend(): void
}

/** @param scope names worker and work, so that drafts of two jobs never meet */
export function createDrafts(bench: Workbench, scope: string): Drafts {
  let task: ClaimedTask | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const keyOf = (one: ClaimedTask): string => `${PREFIX}:${scope}:${one.objectId}:${one.name}`
  const current = (): readonly WireBox[] => bench.sheet.boxes.map(toWire)

  const keepHere = (one: ClaimedTask, boxes: readonly WireBox[], synced: boolean): void => {
    try {
      localStorage.setItem(keyOf(one), JSON.stringify({ boxes, synced } satisfies LocalDraft))
    } catch {
      // Storage is full or forbidden: the server's copy remains, and its state is what is shown.
    }
  }
  const send = async (leaving = false): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const one = task
    if (!one) return
    const boxes = current()
    showSaved('saving')
    try {
      await saveDraft(one, boxes, leaving)
      if (task !== one) return
      const newer = timer !== undefined
      if (!newer) keepHere(one, boxes, true)
      showSaved(newer ? 'saving' : 'saved')
    } catch (error) {
      if (task !== one) return
      showSaved('local')
      // A refusal (the claim has ended) comes up when the task is submitted; the boxes stay here until then.
      if (error instanceof UnreachableError) timer ??= setTimeout(() => void send(), RETRY_MS)
    }
  }
  addEventListener('pagehide', () => {
    if (timer !== undefined) void send(true)
  })
  const stop = (): void => {
    clearTimeout(timer)
    timer = undefined
    task = undefined
    showSaved('none')
  }
  return {
    open: (opened) => {
      task = opened
      showSaved(opened.boxesFrom === 'draft' ? 'saved' : 'none')
      const local = readLocal(keyOf(opened))
      if (!local) return opened.boxes
      if (!local.synced) timer = setTimeout(() => void send(), PAUSE_MS)
      return !local.synced || isSame(local.boxes, opened) ? local.boxes : opened.boxes
    },
    changed: () => {
      if (!task) return
      keepHere(task, current(), false)
      showSaved('saving')
      clearTimeout(timer)
      timer = setTimeout(() => void send(), PAUSE_MS)
    },
    close: () => {
      if (task) localStorage.removeItem(keyOf(task))
      stop()
    },
    suspend: stop,
  }
}

/** Whether the server's draft holds what was accepted here; then the copy here also knows what is still proposed. */
function isSame(local: readonly WireBox[], task: ClaimedTask): boolean {
  const text = (boxes: readonly WireBox[]): string =>
    JSON.stringify(
      boxes
        .filter(({ proposed }) => !proposed)
        .map(({ label, left, top, width, height }) => [label, left, top, width, height]),
    )
  return task.boxesFrom === 'draft' && text(local) === text(task.boxes)
}

function readLocal(key: string): LocalDraft | undefined {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? 'null') as LocalDraft | null
    return found && Array.isArray(found.boxes) ? found : undefined
  } catch {
    return undefined
  }
}
